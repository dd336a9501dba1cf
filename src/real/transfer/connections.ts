/*
 * How many connections a file should have: a state machine over what was measured, without clock or network.
 */
import type { DownloaderLimits } from '../limits.js';

/** How the number of connections is being found. Plain data. */
export interface ConnectionPlan {
  mode: 'doubling' | 'adjusting';
  target: number;
  /** When the measurement under way began, and with how many bytes; absent while not all connections bring any. */
  window?: { at: number; bytes: number };
  /** Bytes per second of the last measurement, and the number of connections it was made with. */
  last?: { speed: number; target: number };
  /** Adjusting: measurements that are let pass before another change is tried. Doubling: those that showed no gain. */
  patience: number;
  /** Adjusting: which way the next try goes. Default: one more. */
  towards?: 1 | -1;
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
  DownloaderLimits,
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
  return { mode: 'adjusting', target: Math.max(1, Math.floor(plan.target / 2)), patience: 2 };
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
    // Lines are uneven: it is measured twice before it counts.
    if (plan.patience === 0) return { ...plan, patience: 1 };
    // Where it even cost something, the step is taken back.
    const back = speed < last.speed * LOSS ? last.target : target;
    return { mode: 'adjusting', target: back, last: measured, patience: 1 };
  }
  if (target >= limits.connectionsPerFile) return { mode: 'adjusting', target, last: measured, patience: PATIENCE };
  return { ...plan, target: Math.min(limits.connectionsPerFile, target * 2), last: measured, patience: 0 };
}

function adjusted(
  plan: ConnectionPlan,
  speed: number,
  { busy }: Observation,
  limits: ConnectionLimits,
): ConnectionPlan {
  const { target, last, towards = 1, patience } = plan;
  const next: ConnectionPlan = { ...plan, last: { speed, target }, patience: Math.max(0, patience - 1) };
  const wasTried = last?.target === target - towards;
  // One more has to bring something; one less only must not cost anything.
  if (wasTried && speed < last.speed * (towards > 0 ? GAIN : LOSS)) {
    return { ...next, target: last.target, towards: towards > 0 ? -1 : 1, patience: PATIENCE };
  }
  if (patience > 0 || (busy > BUSY && towards > 0)) return next;
  const further = target + towards;
  // A single one pauses with every request.
  if (further > limits.connectionsPerFile || further < 2) {
    return { ...next, towards: towards > 0 ? -1 : 1, patience: PATIENCE };
  }
  return { ...next, target: further };
}

function withoutWindow(plan: ConnectionPlan): ConnectionPlan {
  const { window: _, ...rest } = plan;
  return rest;
}
