import { chromium, type Browser, type Page as Tab } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium, howToEnableBrowserTests } from '../../scripts/browser.mjs';
import { describeDownloadApi } from '../suites/download-api.suite.js';
import type { Received, Sent, Transport } from '../suites/transport.js';
import type { Page } from './page.js';
import { servePage, type PageServer } from './page-server.js';

declare const page: Page;

const baseUrl = 'http://localhost:1234';
const executablePath = findChromium();
const notHere = executablePath === undefined ? ` (not here: ${howToEnableBrowserTests})` : '';

describe.skipIf(executablePath === undefined).each([
  { major: 2, msw: 'msw' },
  { major: 3, msw: 'msw3' },
])(`in a browser with MSW $major${notHere}`, ({ major, msw }) => {
  const warnings: string[] = [];
  let server: PageServer;
  let browser: Browser;
  let tab: Tab;

  beforeAll(async () => {
    server = await servePage(msw);
    browser = await chromium.launch({
      executablePath: executablePath!,
      // Chromium refuses to run as root with its sandbox; the page is ours.
      args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    });
    tab = await browser.newPage();
    tab.on('console', (message) => {
      if (message.type() === 'warning') warnings.push(message.text());
    });
    await tab.goto(server.origin);
    await tab.evaluate(() => page.start());
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  const send = (base: string, request: Sent): Promise<Received> =>
    tab.evaluate(([url, sent]) => page.send(url, sent), [base, request] as const);
  const openAt = (...baseUrls: string[]): Promise<void> =>
    tab.evaluate(
      (urls) => page.open(urls.map((each, at) => ({ baseUrl: each, settings: { jobIds: [`job_${at}`] } }))),
      baseUrls,
    );
  const greet: Sent = { method: 'GET', path: '/lmstudio-greeting' };
  const download: Sent = {
    method: 'POST',
    path: '/api/v1/models/download',
    headers: { 'content-type': 'application/json' },
    body: '{"model":"simulate/slow"}',
  };

  const serviceWorker: Transport = {
    name: `the service worker of MSW ${major}`,
    cannot: {
      'http headers': 'they belong to the HTTP adapter',
      'any method': "a page's fetch refuses TRACE",
      'origin headers': 'the browser adds them after the worker, and asks no preflight of it',
      'host header': 'the browser adds it after the worker',
      brotli: 'no browser decodes br for a page',
      'header bytes': 'a page cannot set User-Agent, the browser does',
      abort: 'the worker passes requests to the page as messages, and a client that leaves sends none',
    },
    open: async (settings) => {
      await tab.evaluate(([url, wanted]) => page.open([{ baseUrl: url, settings: wanted }]), [
        baseUrl,
        settings,
      ] as const);
      return {
        baseUrl,
        send: (request) => send(baseUrl, request),
        leave: async (request) => {
          const { noticed } = await tab.evaluate(([url, sent]) => page.leave(url, sent), [baseUrl, request] as const);
          expect(noticed).toBe(true);
        },
        advance: (ms) => tab.evaluate((by) => page.advance(by), ms),
        close: () => tab.evaluate(() => page.open([])),
      };
    },
  };

  it('registers a worker of the version that the page was built with', () => {
    // MSW compares the two, and warns.
    expect(warnings).toEqual([]);
  });

  describeDownloadApi(serviceWorker);

  describe("the page's own origin", () => {
    it.each(['/', 'its origin'])('as %s is shared with the page', async (base) => {
      await openAt(base === '/' ? '/' : server.origin);
      expect((await send(server.origin, greet)).body).toBe('{"lmstudio":true}');
      expect((await send(server.origin, download)).body).toContain('"job_0"');
      const upload: Sent = { method: 'PUT', path: '/upload', body: 'x'.repeat(100_000) };
      expect((await send(server.origin, upload)).body).toBe(`the network got PUT ${'x'.repeat(100_000)}`);
    });

    it('leaves other requests to the handlers behind, bodies intact', async () => {
      await openAt('/');
      await tab.evaluate(() => page.addHandlerBehind('/api/users'));
      const sent: Sent = { method: 'POST', path: '/api/users', body: '{"name":"Ada"}' };
      expect((await send(server.origin, sent)).body).toBe('the handler behind got POST {"name":"Ada"}');
      expect((await send(server.origin, greet)).body).toBe('{"lmstudio":true}');
    });

    it('can have the api under a path', async () => {
      await openAt('/lm-studio/');
      expect((await send(`${server.origin}/lm-studio`, greet)).body).toBe('{"lmstudio":true}');
      expect((await send(server.origin, greet)).body).toBe('the network got GET ');
    });
  });

  describe('two docks', () => {
    it('on two base URLs do not see each other', async () => {
      await openAt('http://localhost:1234', 'http://localhost:1235');
      expect((await send('http://localhost:1234', download)).body).toContain('"job_0"');
      expect((await send('http://localhost:1235', download)).body).toContain('"job_1"');
      const path = '/api/v1/models/download/status/job_0';
      expect((await send('http://localhost:1234', { method: 'GET', path })).status).toBe(200);
      expect((await send('http://localhost:1235', { method: 'GET', path })).status).toBe(404);
    });
  });

  describe('a dock with the storage of its tab', () => {
    it('streams its events, and keeps its downloads over a reload', async () => {
      await tab.evaluate((url) => page.openStored(url), baseUrl);
      expect(await tab.evaluate(([url, sent]) => page.hear(url, sent), [baseUrl, download] as const)).toEqual([
        'decision',
        'call',
      ]);
      const before = JSON.parse((await send(baseUrl, { method: 'GET', path: '/__modeldock/jobs' })).body) as unknown;
      expect(before).toMatchObject([{ model: 'simulate/slow', downloadedBytes: 1_000_000 }]);

      await tab.reload();
      await tab.evaluate(() => page.start());
      await tab.evaluate((url) => page.openStored(url), baseUrl);
      const after = await send(baseUrl, { method: 'GET', path: '/__modeldock/jobs' });
      expect(JSON.parse(after.body)).toEqual(before);
      await tab.evaluate(() => sessionStorage.clear());
    });
  });

  describe('a client that leaves', () => {
    it('is dropped by its browser without a signal to the api', async () => {
      await openAt(baseUrl);
      const left = await tab.evaluate(([url, sent]) => page.leave(url, sent), [
        baseUrl,
        { method: 'GET', path: '/lmstudio-greeting?answer=never' },
      ] as const);
      expect(left).toEqual({ error: 'AbortError', noticed: false });
    });
  });
});
