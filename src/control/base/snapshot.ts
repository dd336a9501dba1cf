import * as z from 'zod/mini';
import { describeIssues } from '../../core/issues.js';
import { ControlError } from './control-error.js';
import type { Profile } from '../../contract/profiles.js';
import { savedClock, type SavedClock } from './session-clock.js';

/** Increases with each change of the format; snapshots of other versions are refused. */
const VERSION = 1;

/** The schema of the parts of a snapshot that the control API reads. */
export const snapshotSchema = z.strictObject({
  modeldock: z.literal(VERSION),
  engine: z.literal('simulated'),
  seed: z.string(),
  profile: z.strictObject({
    countersInDownloadAnswer: z.boolean(),
    unknownRouteStatus: z.union([z.literal(200), z.literal(404)], '200 or 404'),
    keepAliveMs: z.optional(z.int().check(z.positive())),
  }),
  explainFailures: z.boolean(),
  clock: savedClock,
  // The simulator checks it.
  simulation: z.record(z.string(), z.unknown()),
  // parse-fault.ts checks it.
  faults: z.unknown(),
});

/** A session at one moment, as plain data, without its journal. It is made by `snapshot()`, and to be kept, not to be edited. */
export interface SessionSnapshot {
  /** The version of the format. */
  modeldock: 1;
  engine: 'simulated';
  seed: string;
  /** How LM Studio's routes answer. */
  profile: Profile;
  /** Whether failed jobs have a string `error`. */
  explainFailures: boolean;
  clock: SavedClock;
  /** The simulator's own. */
  simulation: Record<string, unknown>;
  /** The faults and their counters. */
  faults: unknown;
}

export function makeSnapshot(parts: Omit<SessionSnapshot, 'modeldock' | 'engine'>): SessionSnapshot {
  return { modeldock: VERSION, engine: 'simulated', ...parts };
}

/** Reads a replay token. @throws ControlError bad_snapshot */
export function parseSnapshot(input: unknown): SessionSnapshot {
  const version = (input as { modeldock?: unknown } | null | undefined)?.modeldock;
  if (typeof version === 'number' && version !== VERSION) {
    throw new ControlError(
      400,
      'bad_snapshot',
      `Cannot restore a snapshot of version ${version}: this modeldock reads version ${VERSION}. Take a new one.`,
    );
  }
  const result = snapshotSchema.safeParse(input);
  if (result.success) return result.data;
  throw badSnapshot(`\n${describeIssues(result.error.issues, input, 'the snapshot')}`);
}

export function badSnapshot(fault: string, cause?: unknown): ControlError {
  return new ControlError(400, 'bad_snapshot', `Cannot restore this snapshot: ${fault}`, { cause });
}
