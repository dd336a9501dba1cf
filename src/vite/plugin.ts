import { isAbsolute, resolve } from 'node:path';
import type { Logger, Plugin, PreviewServer, ViteDevServer } from 'vite';
import type { SimulatedWorldOptions } from '../create-dock.js';
import { wallTimeout } from '../core/wall-timer.js';
import { createMiddleware } from '../server/middleware.js';
import type { Catalog } from '../simulator/catalog.js';
import type { Scenario } from '../simulator/scenario.js';
import type { ScenarioName } from '../simulator/scenarios.js';
import { logCallsOf, type CallLog } from './log-calls.js';
import { createReplaceableSessions } from './replaceable-sessions.js';

/** How the LM Studio of a development server behaves, and where it is. */
export interface ModeldockPluginOptions extends Omit<SimulatedWorldOptions, 'scenario' | 'catalog'> {
  /** The path below which it answers. `/lmstudio` by default. */
  path?: string;
  /** A scenario, its name, or the path of a JSON file, which is read again when it changes. `steady` by default. */
  scenario?: ScenarioName | Scenario | `${string}.json`;
  /** The models there are, or the path of a JSON file, which is read again when it changes. */
  catalog?: Catalog | `${string}.json`;
  /**
   * Which calls are in Vite's log: `changes`, without the polls whose answer has the same status as the one before (the
   * default); `all`; or `off`, which leaves out the findings as well.
   */
  log?: CallLog;
}

/**
 * A plugin of Vite that serves an LM Studio below a path, in development and in preview. Its calls and the findings about
 * the page are in Vite's log. While Vite serves, a changed scenario or catalog counts for new downloads; a file with a mistake
 * is reported, and what it said before stays.
 * @throws ScenarioError, CatalogError, JsonTextError, when Vite starts, for what cannot be used
 * @example
 * export default defineConfig({
 *   plugins: [react(), modeldock({ path: '/lmstudio', scenario: './scenario.json' })],
 * });
 */
export function modeldock(options: ModeldockPluginOptions = {}): Plugin {
  return {
    name: 'modeldock',
    configureServer: (server) => {
      const { files, reload } = serveIn(server, options);
      server.watcher.add(files);
      server.watcher.on('change', (changed) => {
        const file = resolve(changed);
        if (!files.includes(file)) return;
        void reload(file);
        // Vite's watcher says nothing of a change that follows another closely.
        wallTimeout(AGAIN_MS, () => void reload(file));
      });
    },
    configurePreviewServer: (server) => void serveIn(server, options),
  };
}

const AGAIN_MS = 100;

interface Served {
  /** Those that are read again when they change. */
  files: string[];
  reload: (changed: string) => Promise<void>;
}

/** Mounts the sessions in a server of Vite's. */
function serveIn(server: ViteDevServer | PreviewServer, options: ModeldockPluginOptions): Served {
  const { path = '/lmstudio', scenario, catalog, log = 'changes', ...dockOptions } = options;
  const { root, logger } = server.config;
  const absolute = (file: string): string => (isAbsolute(file) ? file : resolve(root, file));
  const files = {
    scenario: isFile(scenario) ? absolute(scenario) : undefined,
    catalog: isFile(catalog) ? absolute(catalog) : undefined,
  };
  const sessions = createReplaceableSessions({
    ...dockOptions,
    ...(isFile(scenario) ? {} : scenario !== undefined && { scenario }),
    ...(isFile(catalog) ? {} : catalog !== undefined && { catalog }),
    files,
  });
  const api = log === 'off' ? sessions.api : logCallsOf(sessions, log, logger);
  const onError = (error: unknown): void => logger.error(`modeldock: ${(error as Error).message}`);
  server.middlewares.use(path, createMiddleware(api, { onError }));
  server.httpServer?.once('close', () => sessions.close());
  say(logger, `LM Studio is at ${path}`);
  return {
    files: Object.values(files).filter((file) => file !== undefined),
    reload: async (changed) => {
      try {
        if (await sessions.reload()) say(logger, `${changed} counts for new downloads`);
      } catch (error) {
        logger.error(`modeldock: ${(error as Error).message}\nWhat was said before stays.`, { timestamp: true });
      }
    },
  };
}

function isFile(given: unknown): given is `${string}.json` {
  return typeof given === 'string' && given.endsWith('.json');
}

function say(logger: Logger, text: string): void {
  logger.info(`modeldock: ${text}`, { timestamp: true });
}
