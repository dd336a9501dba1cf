import { profileNamed, type Profile, type ProfileName } from './contract/profiles.js';
import { openDock, type Dock, type DockOptions } from './control/dock.js';
import { systemClock, VirtualClock } from './core/clock.js';
import type { SimulatorControl } from './core/engine.js';
import { parseCatalog, type Catalog } from './simulator/catalog.js';
import { parseScenario, type Scenario } from './simulator/scenario.js';
import { scenarioNamed, type ScenarioName } from './simulator/scenarios.js';
import { createSimulator } from './simulator/simulator.js';
import { createMemoryStore } from './stores/memory.js';

export interface SimulatedDockOptions extends Omit<DockOptions, 'profile' | 'engineName'> {
  /** Decides job ids, the wobble of the speed, and the sizes of repos that the catalog does not know. */
  seed?: string;
  /** What every model plays, except those under `simulate/`. `steady` by default. */
  scenario?: ScenarioName | Scenario;
  /** `seed` by default. */
  profile?: ProfileName | Profile;
  /** What can be downloaded. Real names and sizes by default. */
  catalog?: Catalog;
  /** The ids of the first jobs. */
  jobIds?: readonly string[];
  /** What the clock shows first; the machine's time by default. */
  now?: number | string | Date;
  /** Virtual milliseconds per real one; 0 freezes the clock. */
  speed?: number;
}

/** A dock whose downloads are simulated. */
export type SimulatedDock = Dock<SimulatorControl>;

/**
 * Opens a world of its own, in which downloads are simulated. Nothing runs in it while nobody asks.
 * @throws ScenarioError, CatalogError, RangeError for options that cannot be used, named together with what can
 */
export function createDock({
  seed,
  scenario = 'steady',
  profile = 'seed',
  catalog,
  jobIds,
  now,
  speed,
  ...options
}: SimulatedDockOptions = {}): SimulatedDock {
  const start = now === undefined ? undefined : new Date(now).getTime();
  if (Number.isNaN(start)) throw new RangeError(`Cannot start the clock at ${String(now)}: that is not a date.`);
  const story = typeof scenario === 'string' ? scenarioNamed(scenario) : parseScenario(scenario);
  const models = catalog && parseCatalog(catalog);
  return openDock(
    () => {
      const clock = new VirtualClock(systemClock, {
        ...(start !== undefined && { start }),
        ...(speed !== undefined && { speed }),
      });
      const { engine, control, shelf } = createSimulator({
        clock,
        store: createMemoryStore(),
        scenario: story,
        ...(seed !== undefined && { seed }),
        ...(models && { catalog: models }),
        ...(jobIds && { jobIds }),
      });
      return { clock, engine, shelf, jobs: control };
    },
    { ...options, engineName: 'simulated', profile: typeof profile === 'string' ? profileNamed(profile) : profile },
  );
}
