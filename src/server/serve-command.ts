import type { Serving } from './serve.js';
import type { Settings } from './settings.js';

/**
 * `modeldock serve`: listens until it is told to stop. What the one engine needs is loaded without the other.
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
