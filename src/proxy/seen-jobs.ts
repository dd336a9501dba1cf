import { ControlError } from '../control/base/control-error.js';
import type { JobControl } from '../core/engine.js';
import type { JobFacts, JobSnapshot } from '../core/job.js';
import { createPollTrace, type PollTrace, type RecordedDownload } from './poll-trace.js';

/** The downloads of a server, as far as answers about them have passed. */
export interface SeenJobs {
  jobs: JobControl;
  /**
   * Notes an answer about a job.
   * @param body of the answer, as JSON
   * @param model that was asked for, where the call names one
   * @returns the job, and where it contradicts what was seen of it before
   */
  note(body: unknown, model: string | undefined): { job: JobSnapshot; contradictions: readonly string[] } | undefined;
}

export interface SeenJobsOptions {
  /** Milliseconds that never go back. */
  monotonic: () => number;
  /** Called when a job changes from one state to another, or is seen first. */
  onChange: (job: JobSnapshot, before: JobSnapshot | undefined) => void;
  /** Called with the recording of a download that has ended. */
  onRecorded: (download: RecordedDownload, jobId: string) => void;
}

interface Seen {
  snapshot: JobSnapshot;
  /** Absent once it has ended, and where its start was not seen. */
  trace: PollTrace | undefined;
  /** When it was seen first. */
  since: number;
}

/** LM Studio keeps its jobs for good, and so many are more than a person looks at. */
const MOST_JOBS = 1000;

export function createSeenJobs({ monotonic, onChange, onRecorded }: SeenJobsOptions): SeenJobs {
  const seen = new Map<string, Seen>();

  return {
    jobs: {
      list: async function* () {
        for (const { snapshot } of seen.values()) yield snapshot;
      },
      find: async (jobId) => seen.get(jobId)?.snapshot,
      pause: () => refuse('pause'),
      resume: () => refuse('resume'),
      cancel: () => refuse('cancel'),
    },
    note: (body, model) => {
      const snapshot = readJob(body, (id) => seen.get(id)?.snapshot, model);
      if (!snapshot) return undefined;
      const known = seen.get(snapshot.id);
      const contradictions = known ? contradictionsBetween(known.snapshot, snapshot) : [];
      const now = monotonic();
      // A download that began before it was seen has no beginning to record.
      const begins = model !== undefined && !isOver(snapshot);
      const { since, trace } = known ?? { since: now, trace: begins ? createPollTrace(snapshot, now) : undefined };
      seen.set(snapshot.id, { snapshot, since, trace: isOver(snapshot) ? undefined : trace });
      if (seen.size > MOST_JOBS) seen.delete(seen.keys().next().value!);
      // A poll tells of the end later than it came.
      const tookMs = durationOf(body);
      const recorded = trace?.note(snapshot, tookMs === undefined ? now : Math.min(now, since + tookMs));
      if (recorded) onRecorded(recorded, snapshot.id);
      if (known?.snapshot.state !== snapshot.state) onChange(snapshot, known?.snapshot);
      return { job: snapshot, contradictions };
    },
  };
}

function isOver({ state }: JobSnapshot): boolean {
  return state === 'completed' || state === 'failed';
}

function contradictionsBetween(before: JobSnapshot, now: JobSnapshot): string[] {
  return [
    ...(now.downloadedBytes < before.downloadedBytes
      ? [`downloaded_bytes: ${before.downloadedBytes} before, ${now.downloadedBytes} now`]
      : []),
    ...(now.totalBytes === before.totalBytes
      ? []
      : [`total_size_bytes: ${before.totalBytes} before, ${now.totalBytes} now`]),
    ...(isOver(before) && now.state !== before.state ? [`status: ${before.state} before, ${now.state} now`] : []),
  ];
}

/** Reads a job as LM Studio spells it; undefined for another answer. */
function readJob(
  body: unknown,
  find: (id: string) => JobSnapshot | undefined,
  model: string | undefined,
): JobSnapshot | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const fields = body as Record<string, unknown>;
  const { job_id: id } = fields;
  if (typeof id !== 'string' || id.length > LONGEST_ID) return undefined;
  const before = find(id);
  return withState(fields, {
    id,
    model: before?.model ?? model?.slice(0, LONGEST_MODEL) ?? 'unknown',
    totalBytes: numberOf(fields.total_size_bytes, before?.totalBytes),
    // A released server leaves it out of the answer to a start.
    downloadedBytes: numberOf(fields.downloaded_bytes, before?.downloadedBytes),
    startedAt: dateOf(fields.started_at) ?? before?.startedAt ?? 0,
  });
}

function withState(fields: Record<string, unknown>, facts: JobFacts): JobSnapshot | undefined {
  switch (fields.status) {
    case 'downloading': {
      const estimatedCompletion = dateOf(fields.estimated_completion);
      return {
        ...facts,
        state: 'downloading',
        bytesPerSecond: numberOf(fields.bytes_per_second),
        ...(estimatedCompletion !== undefined && { estimatedCompletion }),
      };
    }
    case 'paused':
      return { ...facts, state: 'paused' };
    case 'completed':
      return { ...facts, state: 'completed', completedAt: dateOf(fields.completed_at) ?? facts.startedAt };
    case 'failed': {
      const reason =
        typeof fields.error === 'string' ? fields.error.slice(0, LONGEST_REASON) : 'The server does not say why.';
      return { ...facts, state: 'failed', code: 'hub_error', reason, failedAt: facts.startedAt };
    }
    default:
      return undefined;
  }
}

/* Texts of clients and servers, which may be as long as their makers like. */
const LONGEST_ID = 200;
const LONGEST_MODEL = 500;
const LONGEST_REASON = 1000;

/** How long a download took by the server's own clock; undefined where it does not say. */
function durationOf(body: unknown): number | undefined {
  const { completed_at: completed, started_at: started } = body as Record<string, unknown>;
  const [end, start] = [dateOf(completed), dateOf(started)];
  return end === undefined || start === undefined || end < start ? undefined : end - start;
}

function numberOf(value: unknown, otherwise = 0): number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : otherwise;
}

function dateOf(value: unknown): number | undefined {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

async function refuse(what: string): Promise<never> {
  throw new ControlError(
    501,
    'unsupported',
    `Cannot ${what} a download behind a proxy: LM Studio has no route for it.`,
  );
}
