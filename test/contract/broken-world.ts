import type { ApiContext } from '../../src/api/api.js';
import { profiles } from '../../src/index.js';

/** A world in which every route meets a defect. */
export function brokenWorld(defect: Error, onError: (error: unknown) => void = () => undefined): ApiContext {
  const fail = (): Promise<never> => Promise.reject(defect);
  return {
    engine: { start: fail, status: fail },
    library: { installed: fail, loaded: fail, load: fail, unload: fail },
    profile: profiles.documented,
    explainFailures: false,
    onError,
    onUnknownRoute: () => undefined,
    onNotImitated: () => undefined,
    dateShiftOf: () => 0,
  };
}
