import type { Condition } from '../../core/foresight.js';
import type { JobSnapshot } from '../../core/job.js';
import type { Simulation } from '../../core/simulation.js';
import { onFirstAbort, monotonicNow, wallTimeout } from '../../core/wall-timer.js';
import { matchesModel } from '../../core/text-pattern.js';
import { ControlError } from '../base/control-error.js';
import { createLatch } from './latch.js';
import type { EventLog } from '../events/events.js';
import { WAIT_MS, type WaitFor } from '../contract/dock-control.js';
import type { SessionClock } from '../base/session-clock.js';

/** How often the jobs of an engine without foresight are checked, in ms. */
const LOOK_AGAIN_MS = 200;

export interface WaitContext {
  clock: SessionClock;
  events: EventLog;
  simulation: Simulation | undefined;
  findJob: (jobId: string) => Promise<JobSnapshot | undefined>;
  listJobs: () => Promise<readonly JobSnapshot[]>;
}

/**
 * Waits, in wall time, until a job has a status or has come so far: one, or the latest of a model, which may come only later.
 * @param leaving ends the wait early: the caller left, or the session was reset
 * @throws ControlError not_found, timeout, never
 */
export async function waitForJob(
  { clock, events, simulation, findJob, listJobs }: WaitContext,
  target: { job: string } | { model: string },
  { status: wanted, progress, timeoutMs = WAIT_MS }: WaitFor,
  leaving: readonly AbortSignal[],
): Promise<JobSnapshot> {
  const goal = describeGoal(wanted, progress);
  const subject = 'model' in target ? `a download of ${target.model}${goal === '' ? '' : ' to be '}` : '';
  const deadline = monotonicNow() + timeoutMs;
  const { open, opened } = createLatch();
  const stopListening = events.onChange(open);
  const stopWaiting = onFirstAbort(leaving, open);
  try {
    for (;;) {
      const job = await find();
      if (job && isReached(job, wanted, progress)) return job;
      if (job && 'job' in target && (job.state === 'completed' || job.state === 'failed')) {
        throw new ControlError(409, 'never', `Cannot wait for ${goal}: ${describe(job)}, which is final.`);
      }
      const left = deadline - monotonicNow();
      const gone = leaving.some(({ aborted }) => aborted);
      if (gone || left <= 0) {
        const why = gone ? 'Waited, until the session or the caller left,' : `Waited ${timeoutMs} ms`;
        throw new ControlError(
          408,
          'timeout',
          `${why} for ${subject}${goal}: ${job ? describe(job) : 'no download of it has begun'}. On a frozen clock a wait ends when the clock is advanced.`,
        );
      }
      const forget = wallTimeout(Math.min(left, await untilNextLook(job)), open);
      await opened();
      forget();
    }
  } finally {
    stopListening();
    stopWaiting();
  }

  /** @throws ControlError not_found */
  async function find(): Promise<JobSnapshot | undefined> {
    if ('model' in target) return (await listJobs()).findLast(({ model }) => matchesModel(target.model, model));
    const job = await findJob(target.job);
    if (job) return job;
    throw new ControlError(404, 'not_found', `Cannot wait for ${target.job}: there is no such job.`);
  }

  async function untilNextLook(job: JobSnapshot | undefined): Promise<number> {
    const time = clock.status();
    if (!simulation) return LOOK_AGAIN_MS;
    if (!job || time.mode !== 'running' || time.speed === 0) return Infinity;
    const condition: Condition =
      progress !== undefined && !isReached(job, undefined, progress)
        ? { job: job.id, progress }
        : { job: job.id, status: wanted ?? 'completed' };
    const next = await simulation.when(condition);
    return 'never' in next ? Infinity : Math.max(1, Math.ceil((next.at - time.now) / time.speed));
  }
}

function isReached(job: JobSnapshot, state: WaitFor['status'], progress: number | undefined): boolean {
  if (state !== undefined && job.state !== state) return false;
  return progress === undefined || job.downloadedBytes >= progress * job.totalBytes;
}

/** Describes the goal of a wait: `completed`, `63 %`, `paused and 30 %`. */
export function describeGoal(state: WaitFor['status'], progress: number | undefined): string {
  const percent = progress === undefined ? undefined : `${Number((progress * 100).toFixed(6))} %`;
  return [state, percent].filter((goal) => goal !== undefined).join(' and ');
}

function describe(job: JobSnapshot): string {
  const share = Math.floor((job.downloadedBytes / Math.max(1, job.totalBytes)) * 100);
  return `${job.id} is ${job.state} at ${share} %${job.isHeld ? ', held there' : ''}`;
}
