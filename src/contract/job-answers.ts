import { MAX_TIME } from '../core/clock.js';
import type { JobSnapshot } from '../core/job.js';
import type { DownloadAnswer, JobStatusAnswer, ReleasedDownloadAnswer } from './answers.js';
import { isoDate } from './iso-date.js';

/**
 * A job as `GET …/status/:job_id` spells it.
 * @param explain adds why a failed one failed
 * @param shiftMs is added to each date
 */
export function toJobStatus(job: JobSnapshot, explain = false, shiftMs = 0): JobStatusAnswer {
  const { id: job_id, totalBytes: total_size_bytes, downloadedBytes: downloaded_bytes } = job;
  const started_at = dateOf(job.startedAt, shiftMs);
  switch (job.state) {
    case 'downloading': {
      const { bytesPerSecond: bytes_per_second, estimatedCompletion } = job;
      const status = 'downloading';
      // Two object literals instead of a spread: V8 serialises an object made by a spread at half the speed, and most
      // polls are answered here.
      if (estimatedCompletion === undefined) {
        return { job_id, status, total_size_bytes, downloaded_bytes, bytes_per_second, started_at };
      }
      const estimated_completion = dateOf(estimatedCompletion, shiftMs);
      return { job_id, status, total_size_bytes, downloaded_bytes, bytes_per_second, estimated_completion, started_at };
    }
    case 'paused':
      return { job_id, status: 'paused', total_size_bytes, downloaded_bytes, started_at };
    case 'completed': {
      const completed_at = dateOf(job.completedAt, shiftMs);
      return { job_id, status: 'completed', total_size_bytes, downloaded_bytes, started_at, completed_at };
    }
    case 'failed': {
      const failed = { job_id, status: 'failed', total_size_bytes, downloaded_bytes, started_at } as const;
      return explain ? { ...failed, error: job.reason } : failed;
    }
  }
}

/** Formats a job for `POST …/download`. `counters` keeps the fields that released servers leave out. */
export function toDownloadAnswer(
  job: JobSnapshot | 'already_downloaded',
  { counters, explain = false, shiftMs = 0 }: { counters: boolean; explain?: boolean; shiftMs?: number },
): DownloadAnswer | ReleasedDownloadAnswer {
  if (job === 'already_downloaded') return { status: 'already_downloaded' };
  const answer = toJobStatus(job, explain, shiftMs);
  if (counters) return answer;
  const { downloaded_bytes: _, ...rest } = answer;
  if (rest.status !== 'downloading') return rest;
  const { bytes_per_second: __, estimated_completion: ___, ...released } = rest;
  return released;
}

/** Dates that are shifted stay between 1970 and the last that four digits of a year can name. */
function dateOf(ms: number, shiftMs: number): string {
  return isoDate(shiftMs === 0 ? ms : Math.max(0, Math.min(ms + shiftMs, MAX_TIME)));
}
