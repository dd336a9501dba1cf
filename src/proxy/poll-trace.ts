import type { FailureCode } from '../core/errors.js';
import type { JobSnapshot } from '../core/job.js';

/** A stretch of a download that was watched, as the simulator plays it. */
export type RecordedStep =
  | { type: 'trace'; samples: [ms: number, bytes: number][] }
  | { type: 'pause'; ms: number }
  | { type: 'finalize'; ms: number }
  | { type: 'fail'; code: FailureCode; reason: string };

/** A download that was watched: a scenario for the simulator. */
export interface RecordedDownload {
  name: string;
  description: string;
  steps: RecordedStep[];
}

/** Writes down what polls say of a download: how many bytes there were, and when. */
export interface PollTrace {
  /**
   * Notes a poll. Returns the recording once the download has ended.
   * @param now milliseconds that never go back
   */
  note(job: JobSnapshot, now: number): RecordedDownload | undefined;
}

/** A long download has as many samples as a short one, further apart. */
const SAMPLES = 2000;

/** Begins with the answer to the start. */
export function createPollTrace({ model, totalBytes, downloadedBytes }: JobSnapshot, startedAt: number): PollTrace {
  const steps: RecordedStep[] = [];
  let since = startedAt;
  let samples: [ms: number, bytes: number][] = [[0, downloadedBytes]];
  let pausedAt: number | undefined;
  let wholeAt: number | undefined;

  return {
    note: (job, now) => {
      if (pausedAt !== undefined && job.state !== 'paused') resume(pausedAt, now);
      switch (job.state) {
        case 'downloading':
          add(job.downloadedBytes, now);
          return undefined;
        case 'paused':
          if (pausedAt !== undefined) return undefined;
          add(job.downloadedBytes, now);
          endStretch();
          pausedAt = now;
          return undefined;
        case 'completed':
          add(totalBytes, now);
          endStretch();
          if (wholeAt !== undefined && now > wholeAt) steps.push({ type: 'finalize', ms: Math.round(now - wholeAt) });
          return recording();
        case 'failed':
          add(job.downloadedBytes, now);
          endStretch();
          steps.push({ type: 'fail', code: job.code, reason: job.reason });
          return recording();
      }
    },
  };

  function add(bytes: number, now: number): void {
    // From then on it is being checked.
    if (wholeAt !== undefined) return;
    const [ms, most] = samples.at(-1)!;
    const at = Math.max(ms, Math.round(now - since));
    // Bytes that fall have no place in a trace.
    samples.push([at, Math.max(most, bytes)]);
    if (bytes >= totalBytes) wholeAt = now;
    if (samples.length > SAMPLES)
      samples = samples.filter((_, index) => index % 2 === 0 || index === samples.length - 1);
  }

  function endStretch(): void {
    if (samples.length > 1) steps.push({ type: 'trace', samples });
  }

  function resume(from: number, now: number): void {
    steps.push({ type: 'pause', ms: Math.round(now - from) });
    samples = [[0, samples.at(-1)![1]]];
    since = now;
    pausedAt = undefined;
  }

  function recording(): RecordedDownload {
    return { name: model, description: `A download of ${model}, ${totalBytes} bytes, as its polls saw it.`, steps };
  }
}
