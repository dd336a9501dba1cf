/* Decides how many connections a file should have: a state machine over measurements, without clock or network. */
import type { DownloaderLimits } from '../limits.js';

/** The state of finding the number of connections, as plain data. */
export interface ConnectionPlan {
  mode: 'doubling' | 'adjusting';
  target: number;
  /** The start of the current measurement, and the bytes at that time; absent until all connections receive bytes. */
  window?: { at: number; bytes: number };
  /** Bytes per second of the last measurement, and its number of connections. */
  last?: { speed: number; target: number };
  /** Adjusting: how many measurements pass before another change is tried. Doubling: how many showed no gain. */
  patience: number;
  /** Adjusting: the direction of the next try. Default: one more. */
  towards?: 1 | -1;
}

/** What is observed at one moment. */
export interface Observation {
  now: number;
  /** Bytes received so far. */
  bytes: number;
  /** How many connections receive bytes. */
  moving: number;
  /** Whether there are no bytes left for more connections. */
  exhausted: boolean;
  /** The share of the time in which the event loop was busy, 0 to 1. */
  busy: number;
  /** How many connections a bandwidth limit leaves room for, while it applies. */
  bound: number | undefined;
}

export type ConnectionLimits = Pick<
  DownloaderLimits,
  'connectionsAtStart' | 'connectionsPerFile' | 'doublingMs' | 'adjustingMs'
>;

/** Above this, reading from more sockets has no effect. */
export const BUSY = 0.9;
const DOUBLING_GAIN = 1.3;
/** A smaller gain is noise. */
const GAIN = 1.02;
const LOSS = 0.98;
/** How many measurements pass between two tries, after a try without gain. */
const PATIENCE = 5;

export function startingPlan({ connectionsAtStart, connectionsPerFile }: ConnectionLimits): ConnectionPlan {
  return { mode: 'doubling', target: Math.max(1, Math.min(connectionsAtStart, connectionsPerFile)), patience: 0 };
}

/** Returns the plan after a server asked for fewer connections. */
export function halved(plan: ConnectionPlan): ConnectionPlan {
  return { mode: 'adjusting', target: Math.max(1, Math.floor(plan.target / 2)), patience: 2 };
}

/** Returns the plan after an observation. */
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
  // With another number of connections, measuring starts when all of them receive bytes; with the same number, at once.
  return next.target === plan.target ? { ...next, window: { at: seen.now, bytes: seen.bytes } } : withoutWindow(next);
}

function doubled(plan: ConnectionPlan, speed: number, { busy }: Observation, limits: ConnectionLimits): ConnectionPlan {
  const { target, last } = plan;
  const measured = { speed, target };
  if (busy > BUSY) return { mode: 'adjusting', target, last: measured, patience: PATIENCE };
  if (last !== undefined && speed < last.speed * DOUBLING_GAIN) {
    // Speeds vary: it is measured twice before it counts.
    if (plan.patience === 0) return { ...plan, patience: 1 };
    // If it was even slower, the step is undone.
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
  // One more connection must be faster; one less must only not be slower.
  if (wasTried && speed < last.speed * (towards > 0 ? GAIN : LOSS)) {
    return { ...next, target: last.target, towards: towards > 0 ? -1 : 1, patience: PATIENCE };
  }
  if (patience > 0 || (busy > BUSY && towards > 0)) return next;
  const further = target + towards;
  // A single connection pauses with every request.
  if (further > limits.connectionsPerFile || further < 2) {
    return { ...next, towards: towards > 0 ? -1 : 1, patience: PATIENCE };
  }
  return { ...next, target: further };
}

function withoutWindow(plan: ConnectionPlan): ConnectionPlan {
  const { window: _, ...rest } = plan;
  return rest;
}
