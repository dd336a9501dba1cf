import type { Session, SessionOptions } from './control/session/session.js';
import type { StartMoment } from './core/simulation.js';
import type { Catalog } from './simulator/catalog.js';
import { parseScenario } from './simulator/scenario.js';

/** What jobs made from now on play, where they are held, and the models that they can be for. */
export interface SessionsChange {
  /** A scenario that is checked, or the name of one. */
  scenario?: unknown;
  hold?: Readonly<Record<string, StartMoment>> | undefined;
  catalog?: Catalog | undefined;
}

/**
 * Lets a change count for new jobs of sessions that there are, and for all after their next reset. A session whose scenario
 * was set by control keeps it.
 * @param before what sessions began with
 * @returns a sentence for each session that keeps its catalog
 */
export async function changeSessions(
  sessions: Iterable<Session>,
  setup: SessionOptions,
  before: Pick<SessionsChange, 'scenario' | 'hold'>,
  { scenario, hold, catalog }: SessionsChange,
): Promise<string[]> {
  const begun = typeof before.scenario === 'string' ? before.scenario : parseScenario(before.scenario);
  const kept: string[] = [];
  for (const session of sessions) {
    session.changeSetup(setup);
    const { simulation } = session;
    if (simulation === undefined) continue;
    const chosen = simulation.scenario();
    if (scenario !== undefined && isSame(chosen.scenario, begun)) simulation.chooseScenario({ scenario });
    if (hold !== undefined && isSame(chosen.hold, before.hold)) simulation.chooseScenario({ hold });
    if (catalog === undefined) continue;
    try {
      await simulation.changeCatalog(catalog);
    } catch (error) {
      kept.push(`Session ${session.sessionName} keeps its catalog: ${(error as Error).message}. Reset it.`);
    }
  }
  return kept;
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
