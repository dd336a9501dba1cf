import { http, HttpResponse } from 'msw';
import { setupWorker } from 'msw/browser';
import { createHandlers } from '../../src/handlers/index.js';
import { createDock, type SessionEvent } from '../../src/index.js';
import { connect } from '../../src/testing/index.js';
import type { Received, Sent } from '../suites/transport.js';
import { openWorld, type World, type WorldSettings } from '../suites/world.js';
import { receivedFrom, requestFrom } from '../transports/fetch-messages.js';

/** What a test can have done in the page. All of it is plain data: it crosses the border between two processes. */
export interface Page {
  /** Registers MSW's worker. */
  start(): Promise<void>;
  /** Opens worlds, each at its base URL, in place of those before. */
  open(worlds: readonly { baseUrl: string; settings: WorldSettings }[]): Promise<void>;
  /** Opens a dock that keeps its downloads in the tab's storage. */
  openStored(baseUrl: string): Promise<void>;
  /** Operates the dock at a base URL by fetch and server-sent events: starts a download, and tells what it heard of it. */
  hear(baseUrl: string, request: Sent): Promise<string[]>;
  /** Puts a handler behind the worlds that answers with what it got. */
  addHandlerBehind(path: string): void;
  send(baseUrl: string, request: Sent): Promise<Received>;
  /** Sends a request, leaves once the api has it, and tells what the client got and whether the api noticed. */
  leave(baseUrl: string, request: Sent): Promise<{ error: string; noticed: boolean }>;
  advance(ms: number): Promise<void>;
}

const START = '2025-10-03T15:33:23.496Z';
const worker = setupWorker();
let worlds: World[] = [];

const page: Page = {
  start: async () => {
    await worker.start({ quiet: true, onUnhandledRequest: 'bypass' });
  },
  open: async (wanted) => {
    const opened = wanted.map(({ baseUrl, settings }) => ({ baseUrl, world: openWorld(settings) }));
    worlds = opened.map(({ world }) => world);
    worker.resetHandlers(...opened.flatMap(({ baseUrl, world }) => createHandlers(world.api, { baseUrl })));
  },
  openStored: async (baseUrl) => {
    const dock = createDock({ storage: sessionStorage, now: START, speed: 0 });
    worker.resetHandlers(...createHandlers(dock.api, { baseUrl }));
  },
  hear: async (baseUrl, request) => {
    const heard: string[] = [];
    const control = connect(baseUrl);
    const leaving = new AbortController();
    const events = control.events({ signal: leaving.signal })[Symbol.asyncIterator]();
    let next = events.next();
    await control.status();
    await page.send(baseUrl, request);
    await control.clock.advance(1100);
    for (let count = 0; count < 2; count++) {
      const result = (await next) as IteratorYieldResult<SessionEvent>;
      heard.push(result.value.type);
      next = events.next();
    }
    leaving.abort();
    return heard;
  },
  addHandlerBehind: (path) => {
    const behind = http.all(path, async ({ request }) =>
      HttpResponse.text(`the handler behind got ${request.method} ${await request.text()}`),
    );
    worker.resetHandlers(...worker.listHandlers(), behind);
  },
  send: async (baseUrl, request) => receivedFrom(await fetch(requestFrom(baseUrl, request))),
  leave: async (baseUrl, request) => {
    const { waiting } = worlds[0]!;
    const controller = new AbortController();
    const failed = fetch(requestFrom(baseUrl, request, controller.signal)).then(
      () => 'none',
      (error: unknown) => (error as Error).name,
    );
    while (waiting.now === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    controller.abort();
    const error = await failed;
    // Whatever the worker tells the page about it, it tells before it answers this.
    await fetch(requestFrom(baseUrl, { method: 'GET', path: '/lmstudio-greeting' }));
    return { error, noticed: waiting.abandoned > 0 };
  },
  advance: async (ms) => {
    for (const { dock } of worlds) await dock.clock.advance(ms);
  },
};

Object.assign(globalThis, { page });
