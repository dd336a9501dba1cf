import type { ServerSessions } from '../create-dock.js';
import type { Serving } from './serve.js';
import type { Settings } from './settings.js';

/**
 * Runs `modeldock serve` until a signal ends it. Only the code of the chosen engine is loaded.
 * @param readSettings reads all settings again, for --watch
 * @throws CommandError, CannotListenError
 */
export async function runServe(
  settings: Settings,
  version: string,
  readSettings: () => Promise<Settings>,
): Promise<Serving> {
  switch (settings.engine) {
    case 'simulated': {
      const { serveSimulated } = await import('./serve-simulated.js');
      const serving = await serveSimulated(settings, version);
      return settings.watch
        ? watchWhile(serving, settings, readSettings, (changed) => serving.change(changed))
        : serving;
    }
    case 'real': {
      const { serveReal } = await import('./serve-real.js');
      const serving = await serveReal(settings, version);
      return settings.watch ? watchWhile(serving, settings, readSettings, async () => []) : serving;
    }
  }
}

/** Watches the files of the settings until the server is closed. */
async function watchWhile(
  serving: Serving,
  settings: Settings,
  read: () => Promise<Settings>,
  change: ServerSessions['change'],
): Promise<Serving> {
  const [{ watchSettings }, { createLog }] = await Promise.all([import('./watch-settings.js'), import('./log.js')]);
  const log = createLog(settings.logLevel);
  const watch = watchSettings({
    ...{ settings, read, log },
    apply: async ({ scenario, ...others }) => {
      const kept = await change({ ...others, ...(scenario && { scenario: scenario.scenario }) });
      for (const sentence of kept) log.warn(sentence);
    },
  });
  return {
    ...serving,
    close: async () => {
      watch.close();
      await serving.close();
    },
  };
}
