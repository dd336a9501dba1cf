import type { Serving } from './serve.js';
import type { Settings } from './settings.js';

/**
 * Runs `modeldock serve` until a signal ends it. Only the code of the chosen engine is loaded.
 * @throws CommandError, CannotListenError
 */
export async function runServe(settings: Settings, version: string): Promise<Serving> {
  switch (settings.engine) {
    case 'simulated': {
      const { serveSimulated } = await import('./serve-simulated.js');
      return serveSimulated(settings, version);
    }
    case 'real': {
      const { serveReal } = await import('./serve-real.js');
      return serveReal(settings, version);
    }
  }
}
