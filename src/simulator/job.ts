import type { DownloadRequest } from '../core/engine.js';
import type { FailureCode } from '../core/errors.js';
import type { JobSnapshot, JobState } from '../core/job.js';
import type { Stored } from '../core/store.js';
import { estimateCompletion, speedOver } from '../core/speed-and-estimate.js';
import type { Scenario } from './scenario.js';
import { scenarios } from './scenarios.js';
import { bytesAt, layOut, segmentAt, transferredAt, type Segment, type Timeline } from './timeline.js';

/**
 * What control did to a job, and when. To cancel one is to make it fail with code `cancelled`. A job that is held stands as
 * it is, and looks as if it did not: its dates go along with the clock.
 */
export type Intervention =
  | { type: 'pause'; at: number }
  | { type: 'hold'; at: number }
  | { type: 'resume'; at: number }
  | { type: 'fail'; at: number; code: FailureCode; reason: string };

/** A simulated download: the decisions about it, as plain data. Its state is computed from them and the time. */
export interface SimulatedJob extends Stored {
  readonly request: DownloadRequest;
  readonly totalBytes: number;
  /** Bytes that an earlier job for the same model left on disk. */
  readonly fromBytes: number;
  readonly createdAt: number;
  readonly seed: number;
  readonly scenario: Scenario;
  /** Reads all records, oldest first. */
  readonly interventions?: readonly Intervention[];
  /** How many ms polls have advanced this job beyond the session's clock. */
  readonly ahead?: number;
  /** Whether the downloaded model was removed from the library. */
  readonly removed?: boolean;
}

/** Computes the job's state at `now`: a function of the record and the time, so that earlier calls do not matter. */
export function snapshotAt(job: SimulatedJob, now: number): JobSnapshot {
  const play = playUntil(job, now);
  const segment = segmentAt(play.timeline, play.elapsed);
  const bytes = segment === undefined ? job.totalBytes : bytesAt(segment, play.elapsed - segment.from);
  const state = stateAt(job, now, play, segment, bytes);
  const snapshot: JobSnapshot = {
    id: job.id,
    model: job.model,
    totalBytes: job.totalBytes,
    // A cancelled download drops its bytes.
    downloadedBytes: state.state === 'failed' && state.code === 'cancelled' ? 0 : bytes,
    startedAt: job.createdAt + play.heldMs,
    ...state,
  };
  if (play.held === 'hold' && state.state === 'downloading') snapshot.isHeld = true;
  if (job.ahead !== undefined) snapshot.aheadMs = job.ahead;
  return snapshot;
}

/** The scenario and the bytes on disk with which the next job for the same model begins. */
export interface Sequel {
  scenario: Scenario;
  fromBytes: number;
}

/** Determines what follows a failed job; undefined after a cancelled one, whose model starts its scenario anew. */
export function sequelTo(job: SimulatedJob, failed: Extract<JobSnapshot, { state: 'failed' }>): Sequel | undefined {
  if (failed.code === 'cancelled') return undefined;
  const { steps, repeat = false } = job.scenario;
  const failure = steps.findIndex((step) => step.type === 'fail');
  const rest = failure === -1 ? [] : steps.slice(failure + 1);
  return {
    scenario: repeat ? job.scenario : rest.length > 0 ? { steps: rest } : scenarios.steady,
    fromBytes: failed.code === 'checksum_mismatch' ? 0 : failed.downloadedBytes,
  };
}

/** The progress of a job in its scenario. */
export interface Play {
  timeline: Timeline;
  /** Scenario time reached; stands still while control holds the job, and once it has ended it. */
  elapsed: number;
  /** Turns scenario time into the clock's; while the job is held at a moment, as if it went on from now. */
  offset: number;
  held: 'pause' | 'hold' | undefined;
  /** For how long it has been held at a moment in all. */
  heldMs: number;
  ended: Extract<Intervention, { type: 'fail' }> | undefined;
}

/** Folds what control did, in order, into scenario time. */
export function playUntil(job: SimulatedJob, now: number): Play {
  let { steps } = job.scenario;
  let timeline = layOut(steps, job.totalBytes, job.fromBytes, job.seed);
  let offset = job.createdAt;
  let heldAt: number | undefined;
  let held: Play['held'];
  let heldMs = 0;
  const goOn = (at: number): void => {
    if (heldAt === undefined) return;
    offset += at - heldAt;
    if (held === 'hold') heldMs += at - heldAt;
    heldAt = held = undefined;
  };

  for (const intervention of job.interventions ?? []) {
    // For an earlier time, later interventions have not happened yet.
    if (intervention.at > now) break;
    const elapsed = (heldAt ?? intervention.at) - offset;
    switch (intervention.type) {
      case 'pause':
      case 'hold':
        goOn(intervention.at);
        heldAt = intervention.at;
        held = intervention.type;
        break;
      case 'resume':
        if (heldAt !== undefined) goOn(intervention.at);
        else {
          // Now it is known how long the scenario's own pause lasted.
          const paused = segmentAt(timeline, elapsed);
          const step = paused && steps[paused.step];
          if (step?.type !== 'pause') break;
          steps = steps.with(paused!.step, { ...step, ms: elapsed - paused!.from });
          timeline = layOut(steps, job.totalBytes, job.fromBytes, job.seed);
        }
        break;
      case 'fail':
        return { timeline, elapsed, offset, held: undefined, heldMs, ended: intervention };
    }
  }
  const elapsed = Math.max(0, (heldAt ?? now) - offset);
  if (held === 'hold') {
    offset += now - heldAt!;
    heldMs += now - heldAt!;
  }
  return { timeline, elapsed, offset, held, heldMs, ended: undefined };
}

function stateAt(
  job: SimulatedJob,
  now: number,
  { timeline, elapsed, offset, held, ended }: Play,
  segment: Segment | undefined,
  bytes: number,
): JobState {
  if (ended) return { state: 'failed', code: ended.code, reason: ended.reason, failedAt: ended.at };
  if (segment === undefined) return { state: 'completed', completedAt: offset + timeline.end };
  if (held === 'pause') return { state: 'paused' };
  switch (segment.type) {
    case 'fail':
      return {
        state: 'failed',
        code: segment.code,
        reason: segment.reason ?? `The download failed: ${segment.code}.`,
        failedAt: offset + segment.from,
      };
    case 'pause':
      return {
        state: 'paused',
        ...(segment.code !== undefined && { code: segment.code }),
        ...(segment.reason !== undefined && { reason: segment.reason }),
      };
    case 'connect':
    case 'transfer':
    case 'trace':
    case 'stall':
    case 'finalize': {
      const active = segment.activeFrom + elapsed - segment.from;
      const bytesPerSecond = speedOver((at) => transferredAt(timeline, at), timeline.transferBegan ?? active, active);
      const estimate = estimateCompletion(now, job.totalBytes - bytes, bytesPerSecond);
      return {
        state: 'downloading',
        bytesPerSecond,
        ...(estimate !== undefined && { estimatedCompletion: estimate }),
      };
    }
  }
}
