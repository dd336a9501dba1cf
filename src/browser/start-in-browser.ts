import type { setupWorker as SetUpWorker } from 'msw/browser';
import { createDock, type SimulatedDock, type SimulatedDockOptions } from '../create-dock.js';
import { createHandlers, type HandlersOptions } from '../handlers/create-handlers.js';
import { passThrough } from '../handlers/pass-through.js';

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
  await checkWorkerScript(workerUrl);
  // Loaded here, so that a program that renders pages in Node may import this.
  const { setupWorker } = await import('msw/browser');
  // With MSW 3 the end of it is a promise.
  const worker: Stoppable = setupWorker(...handlers);
  // MSW would log each call.
  await worker.start({ ...passThrough, quiet: true, serviceWorker: { url: workerUrl } });
  return {
    dock,
    stop: async () => {
      await worker.stop();
      dock.close();
    },
  };
}

type Stoppable = Pick<ReturnType<typeof SetUpWorker>, 'start'> & { stop(): void | Promise<void> };

/** A development server answers a script that is not there with its page, and the browser speaks of a MIME type. */
async function checkWorkerScript(url: string): Promise<void> {
  let found: string;
  try {
    const { ok, status, headers } = await fetch(url, { cache: 'no-store' });
    const type = headers.get('content-type') ?? 'no type';
    if (ok && /javascript|ecmascript/i.test(type)) return;
    found = ok ? `found ${type}` : `found the status ${status}`;
  } catch (error) {
    found = (error as Error).message;
  }
  throw new Error(
    `Cannot start in the browser: mockServiceWorker.js is not served at ${url} (expected a script, ${found}). ` +
      'Run npx msw init public --save once, with the folder that your server serves in place of public.',
  );
}
