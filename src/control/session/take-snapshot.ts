import type { Simulation } from '../../core/simulation.js';
import { makeSnapshot, type SessionSnapshot } from '../base/snapshot.js';
import type { SessionState } from './session-state.js';

/** Takes the snapshot of a session whose downloads are simulated. */
export async function takeSnapshot(state: SessionState, simulation: Simulation): Promise<SessionSnapshot> {
  const { seed, profile, explainFailures, clock, faults } = state;
  // Jobs are saved first: a decision made meanwhile must not be later than the saved time.
  const saved = await simulation.save();
  return makeSnapshot({
    seed,
    profile,
    explainFailures,
    clock: clock.save(),
    simulation: saved,
    faults: faults.save(),
  });
}
