import { extname } from 'node:path';
import { createSerialQueue } from '../../core/serial-queue.js';
import { writeDurably } from '../library/durable-files.js';
import type { JobRecord } from './job-record.js';
import type { LiveJob } from './live-job.js';
import { createTrace, type Trace } from './trace.js';
import type { EngineContext } from './engine-context.js';

/** Keeps the traces of all jobs of a process, over pauses, and writes them to files. */
export interface TraceBook {
  /** Returns a trace for a job that starts or resumes; undefined if traces are not recorded. */
  open(record: JobRecord): Trace | undefined;
  /** Says that a job has stopped: the trace of an ended one is written. */
  note(job: LiveJob): void;
  /** Resolves when all traces of ended jobs are written. */
  written(): Promise<void>;
}

/** @param path the file of the first job; the files of later ones have the job's id in the name */
export function createTraceBook(
  context: Pick<EngineContext, 'files' | 'clock' | 'onWarning'>,
  path: string | undefined,
): TraceBook {
  const traces = new Map<string, Trace>();
  let first: string | undefined;
  const writes = createSerialQueue();

  return {
    open: (record) => {
      if (path === undefined) return undefined;
      const trace = traces.get(record.id) ?? createTrace(record, () => context.clock.monotonic());
      traces.set(record.id, trace);
      trace.resume();
      return trace;
    },
    note: ({ record, trace }) => {
      if (trace === undefined || record.state === 'downloading') return;
      if (record.state === 'paused') {
        trace.pause(record.code, record.reason);
        return;
      }
      traces.delete(record.id);
      const scenario = trace.end(record.state === 'failed' ? { code: record.code, reason: record.reason } : undefined);
      first ??= record.id;
      const file = first === record.id ? path! : withId(path!, record.id);
      writes(() => writeDurably(context.files, file, `${JSON.stringify(scenario)}\n`)).catch((error: unknown) =>
        context.onWarning(`Cannot write the trace ${file}: ${error instanceof Error ? error.message : String(error)}`),
      );
    },
    written: () => writes(() => undefined),
  };
}

function withId(path: string, id: string): string {
  const extension = extname(path);
  return `${path.slice(0, path.length - extension.length)}.${id}${extension}`;
}
