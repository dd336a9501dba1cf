import type { HttpHandler } from 'msw';
import type { setupWorker as SetUpWorker } from 'msw/browser';
import { passThrough } from '../handlers/pass-through.js';

/**
 * Starts MSW's worker, which says nothing of calls that go on to the network.
 * @param url of its script
 * @returns how to stop it
 * @throws Error where the script is not served, with the command that puts it there
 */
export async function startMswWorker(handlers: readonly HttpHandler[], url: string): Promise<() => Promise<void>> {
  await checkWorkerScript(url);
  // Loaded here, so that a program that renders pages in Node may import this.
  const { setupWorker } = await import('msw/browser');
  // With MSW 3 the end of it is a promise.
  const worker: Stoppable = setupWorker(...handlers);
  // MSW would log each call.
  await worker.start({ ...passThrough, quiet: true, serviceWorker: { url } });
  return async () => {
    await worker.stop();
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
