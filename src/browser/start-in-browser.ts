import { createDock, type SimulatedDock, type SimulatedDockOptions } from '../create-dock.js';
import { createHandlers, type HandlersOptions } from '../handlers/create-handlers.js';
import { startMswWorker } from './start-msw-worker.js';

/** How the LM Studio of a page behaves, and where the page looks for it. */
export interface BrowserOptions extends SimulatedDockOptions, HandlersOptions {
  /** Where MSW's script is served. `/mockServiceWorker.js` by default. */
  workerUrl?: string;
}

/** An LM Studio in a page. */
export interface BrowserMock {
  /** Its clock, jobs, models, faults and journal. */
  readonly dock: SimulatedDock;
  /** Lets the page's calls go to the network again. */
  stop(): Promise<void>;
}

/**
 * Starts an LM Studio in a page: MSW's service worker answers the page's calls to it, and says nothing of any other.
 * Await it before the first call.
 * @throws Error where MSW's script is not served, with the command that puts it there; as createDock and createHandlers do
 * @example
 * if (import.meta.env.DEV) {
 *   const { startInBrowser } = await import('modeldock/browser');
 *   await startInBrowser({ scenario: 'slow', storage: sessionStorage });
 * }
 */
export async function startInBrowser(options: BrowserOptions = {}): Promise<BrowserMock> {
  const { baseUrl, ownership, workerUrl = '/mockServiceWorker.js', ...dockOptions } = options;
  const dock = createDock(dockOptions);
  const handlers = createHandlers(dock.api, {
    ...(baseUrl !== undefined && { baseUrl }),
    ...(ownership && { ownership }),
  });
  const stopWorker = await startMswWorker(handlers, workerUrl);
  return {
    dock,
    stop: async () => {
      await stopWorker();
      dock.close();
    },
  };
}
