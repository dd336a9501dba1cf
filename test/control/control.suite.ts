import { describe } from 'vitest';
import { advancing } from './suite/advance.js';
import { theClock } from './suite/clock.js';
import type { Door } from './suite/door.js';
import { theJobs } from './suite/jobs.js';
import { theMoments } from './suite/moments.js';
import { theRecord } from './suite/record.js';
import { snapshots } from './suite/snapshots.js';
import { theWorld } from './suite/world.js';

/** The control of a session, with the same results in process and over every transport. */
export function describeControl(door: Door): void {
  describe(`a session controlled ${door.name}`, () => {
    theClock(door);
    advancing(door);
    theJobs(door);
    theMoments(door);
    theWorld(door);
    theRecord(door);
    snapshots(door);
  });
}
