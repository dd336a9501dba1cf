import { MAX_TIME } from '../core/clock.js';
import type { DownloadMoment } from '../core/simulation.js';
import { SPEED_WINDOW_MS } from '../core/speed-and-estimate.js';
import type { SimulatedJob } from './job.js';
import type { Scenario, ScenarioStep } from './scenario.js';
import { scenarios } from './scenarios.js';
import { bytesAt, firstMoment, layOut, type Segment } from './timeline.js';

/* Where a download begins that is in the middle of its scenario in its first answer. Loaded with the first of them. */

/** The moment at which a job begins, and whether it stays there. */
export interface Opening {
  moment: DownloadMoment;
  /** Until it is resumed, or control moves the clock. */
  isHeld: boolean;
}

/**
 * A new job as it begins at a moment: it has so much of its scenario behind it, and began before now, as far as there is a
 * time before now.
 */
export function openAt(job: SimulatedJob, { moment, isHeld }: Opening): SimulatedJob {
  const { scenario, elapsedMs } = beginAt(job.scenario, moment, job.totalBytes, job.seed);
  const createdAt = Math.max(0, job.createdAt - elapsedMs);
  const now = createdAt + elapsedMs;
  const ahead = now - job.createdAt;
  return {
    ...job,
    scenario,
    fromBytes: 0,
    createdAt,
    ...(ahead > 0 && { ahead }),
    ...(isHeld && { interventions: [{ type: 'hold', at: now }] }),
  };
}

/** The beginning of a job: what it plays, and how much of that it has behind it. */
interface Beginning {
  scenario: Scenario;
  elapsedMs: number;
}

/**
 * Finds the first moment of a scenario at which so much is there and the job is moving, or lays out a scenario that has the
 * moment, at the pace of the given one.
 */
function beginAt(scenario: Scenario, moment: DownloadMoment, totalBytes: number, seed: number): Beginning {
  const { status = 'downloading', progress = 0.5 } = moment;
  if (status === 'downloading') {
    const elapsedMs = whenMoving(scenario.steps, progress, totalBytes, seed);
    if (elapsedMs !== undefined) return { scenario, elapsedMs };
  }
  const steps = stepsWith(moment, lineOf(scenario), progress);
  return { scenario: { steps }, elapsedMs: elapsedIn(steps, status, progress, totalBytes, seed) };
}

type Line = Extract<ScenarioStep, { type: 'transfer' }>;

/** The pace at which a scenario's bytes come. */
function lineOf({ steps }: Scenario): Line {
  const { until: _, ...line } = [...steps, ...scenarios.steady.steps].find(
    (step): step is Line => step.type === 'transfer',
  )!;
  return line;
}

function stepsWith(
  { status = 'downloading', code, reason }: DownloadMoment,
  line: Line,
  progress: number,
): ScenarioStep[] {
  const connect = { type: 'connect', ms: 100 } as const;
  const before = [connect, { ...line, until: progress }];
  const why = { ...(reason !== undefined && { reason }) };
  switch (status) {
    case 'downloading':
    case 'completed':
      return [connect, line];
    case 'stalled':
      return [...before, { type: 'stall' }];
    case 'paused':
      return [...before, { type: 'pause', ...(code !== undefined && { code }), ...why }, line];
    case 'failed':
      return [...before, { type: 'fail', code: code ?? 'network_error', ...why }, connect, line];
    case 'finalizing':
      return [connect, line, { type: 'finalize' }];
  }
}

function elapsedIn(
  steps: readonly ScenarioStep[],
  status: DownloadMoment['status'] & string,
  progress: number,
  totalBytes: number,
  seed: number,
): number {
  const { segments, end } = layOut(steps, totalBytes, 0, seed);
  const startOf = (type: Segment['type']): number => segments.find((segment) => segment.type === type)!.from;
  switch (status) {
    case 'downloading':
      return Math.min(whenMoving(steps, progress, totalBytes, seed) ?? end, MAX_TIME);
    case 'completed':
      return Math.min(end, MAX_TIME);
    case 'paused':
      return startOf('pause');
    case 'failed':
      return startOf('fail');
    // So long that nothing has moved for as far back as the speed looks.
    case 'stalled':
      return startOf('stall') + SPEED_WINDOW_MS;
    case 'finalizing':
      return startOf('finalize') + SPEED_WINDOW_MS;
  }
}

/** The scenario time at which so much is there while bytes arrive; at its end for all of it; undefined where it never is. */
function whenMoving(
  steps: readonly ScenarioStep[],
  progress: number,
  totalBytes: number,
  seed: number,
): number | undefined {
  const { segments, end } = layOut(steps, totalBytes, 0, seed);
  if (progress === 0) return 0;
  const target = Math.ceil(progress * totalBytes);
  for (const segment of segments) {
    if (segment.type !== 'transfer' && segment.type !== 'trace') continue;
    // At its end the next one holds already.
    const last = Math.min(segment.to - segment.from - 1, MAX_TIME);
    if (bytesAt(segment, last) >= target)
      return segment.from + firstMoment(0, last, (ms) => bytesAt(segment, ms) >= target);
  }
  return end < MAX_TIME && progress === 1 ? end : undefined;
}
