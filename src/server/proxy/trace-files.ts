import { writeFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { createSerialQueue } from '../../core/serial-queue.js';
import type { RecordedDownload } from '../../proxy/poll-trace.js';
import type { Log } from '../log.js';

/** Where recorded downloads go. */
export interface TraceFiles {
  write: (download: RecordedDownload, jobId: string) => void;
  /** Resolves when all of them are written. */
  written(): Promise<void>;
}

/** @param path the file of the first download; those that follow have the id of their job in the name */
export function createTraceFiles(path: string, log: Log): TraceFiles {
  const writes = createSerialQueue();
  let isFirst = true;
  return {
    write: (download, jobId) => {
      const file = isFirst ? path : withId(path, jobId);
      isFirst = false;
      writes(() => writeFile(file, `${JSON.stringify(download)}\n`)).then(
        () => log.info(`${download.name} is recorded in ${file}; modeldock --scenario ${file} plays it again.`),
        (error: unknown) => log.error(`Cannot write the recording ${file}: ${(error as Error).message}.`),
      );
    },
    written: () => writes(() => undefined),
  };
}

/** The id comes from a server, and becomes a part of a file's name. */
function withId(path: string, id: string): string {
  const extension = extname(path);
  return `${path.slice(0, path.length - extension.length)}.${id.replace(/[^\w-]/g, '_')}${extension}`;
}
