/*
 * How many connections a file should have: a state machine over what was measured, without clock or network.
 */
import type { RealLimits } from '../limits.js';

/** How the number of connections is being found. Plain data. */
export interface ConnectionPlan {
  mode: 'doubling' | 'adjusting';
  target: number;
  /** When the measurement under way began, and with how many bytes; absent while not all connections bring any. */
  window?: { at: number; bytes: number };
  /** Bytes per second of the last measurement, and the number of connections it was made with. */
  last?: { speed: number; target: number };
  /** Measurements that are let pass before another change is tried. */
  patience: number;
}

/** What can be seen at one moment. */
export interface Observation {
  now: number;
  /** Bytes received so far. */
  bytes: number;
  /** Connections that bring bytes. */
  moving: number;
  /** There is nothing that more connections could fetch. */
  exhausted: boolean;
  /** Share of the time in which the event loop had something to do, 0 to 1. */
  busy: number;
  /** Connections that a bandwidth limit leaves room for, while it binds. */
  bound: number | undefined;
}

export type ConnectionLimits = Pick<
  RealLimits,
  'connectionsAtStart' | 'connectionsPerFile' | 'doublingMs' | 'adjustingMs'
>;

/** Above this nothing is gained by reading from more sockets. */
export const BUSY = 0.9;
const DOUBLING_GAIN = 1.3;
/** Less than this is noise. */
const GAIN = 1.02;
const LOSS = 0.98;
/** Measurements between two tries, once a try brought nothing. */
const PATIENCE = 5;

export function startingPlan({ connectionsAtStart, connectionsPerFile }: ConnectionLimits): ConnectionPlan {
  return { mode: 'doubling', target: Math.max(1, Math.min(connectionsAtStart, connectionsPerFile)), patience: 0 };
}

/** The plan after a server asked for less. */
export function halved(plan: ConnectionPlan): ConnectionPlan {
  return { mode: 'adjusting', target: Math.max(1, Math.floor(plan.target / 2)), patience: PATIENCE };
}

/** The plan after a look at what there is. */
export function observed(plan: ConnectionPlan, seen: Observation, limits: ConnectionLimits): ConnectionPlan {
  if (seen.bound !== undefined) return { mode: 'adjusting', target: seen.bound, patience: 0 };
  if (seen.exhausted) return withoutWindow(plan);
  if (plan.window === undefined) {
    return seen.moving >= plan.target ? { ...plan, window: { at: seen.now, bytes: seen.bytes } } : plan;
  }
  const elapsed = seen.now - plan.window.at;
  if (elapsed < (plan.mode === 'doubling' ? limits.doublingMs : limits.adjustingMs)) return plan;
  const speed = ((seen.bytes - plan.window.bytes) / elapsed) * 1000;
  const next = plan.mode === 'doubling' ? doubled(plan, speed, seen, limits) : adjusted(plan, speed, seen, limits);
  // Another number of connections is measured from when all of them bring bytes, the same one from here on.
  return next.target === plan.target ? { ...next, window: { at: seen.now, bytes: seen.bytes } } : withoutWindow(next);
}

function doubled(plan: ConnectionPlan, speed: number, { busy }: Observation, limits: ConnectionLimits): ConnectionPlan {
  const { target, last } = plan;
  const measured = { speed, target };
  if (busy > BUSY) return { mode: 'adjusting', target, last: measured, patience: PATIENCE };
  if (last !== undefined && speed < last.speed * DOUBLING_GAIN) {
    // It did not pay; where it even cost something, the step is taken back.
    const back = speed < last.speed * LOSS ? last.target : target;
    return { mode: 'adjusting', target: back, last: measured, patience: PATIENCE };
  }
  if (target >= limits.connectionsPerFile) return { mode: 'adjusting', target, last: measured, patience: PATIENCE };
  return { ...plan, target: Math.min(limits.connectionsPerFile, target * 2), last: measured };
}

function adjusted(
  plan: ConnectionPlan,
  speed: number,
  { busy }: Observation,
  limits: ConnectionLimits,
): ConnectionPlan {
  const { target, last } = plan;
  const next = { ...plan, last: { speed, target }, patience: Math.max(0, plan.patience - 1) };
  if (plan.patience > 0 || busy > BUSY) return next;
  const step = last === undefined ? 0 : target - last.target;
  if (step !== 0) {
    const gained = speed > last!.speed * GAIN;
    const lost = speed < last!.speed * LOSS;
    // One more that brought nothing is one too many; one less that cost nothing was one too many.
    if (step > 0 && !gained) return { ...next, target: target - 1, patience: PATIENCE };
    if (step < 0 && lost) return { ...next, target: target + 1, patience: PATIENCE };
  }
  const towards = step < 0 ? -1 : 1;
  const tried = Math.min(limits.connectionsPerFile, Math.max(1, target + towards));
  return tried === target ? { ...next, patience: PATIENCE } : { ...next, target: tried };
}

function withoutWindow(plan: ConnectionPlan): ConnectionPlan {
  const { window: _, ...rest } = plan;
  return rest;
}
