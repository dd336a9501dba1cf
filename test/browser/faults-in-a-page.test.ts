import { chromium, type Browser, type Page as Tab } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findChromium, howToEnableBrowserTests } from '../../scripts/browser.mjs';
import type { Fault } from '../../src/control/faults/fault.js';
import type { Received, Sent } from '../suites/transport.js';
import type { Page } from './page.js';
import { servePage, type PageServer } from './page-server.js';

declare const page: Page;

const baseUrl = 'http://localhost:1234';
const executablePath = findChromium();
const notHere = executablePath === undefined ? ` (not here: ${howToEnableBrowserTests})` : '';
const models: Sent = { method: 'GET', path: '/api/v1/models' };

describe.skipIf(executablePath === undefined).each([
  { major: 2, msw: 'msw' },
  { major: 3, msw: 'msw3' },
])(`in a page with MSW $major${notHere}`, ({ msw }) => {
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
    await tab.goto(server.origin);
    await tab.evaluate(() => page.start());
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });
  beforeEach(() => tab.evaluate((url) => page.open([{ baseUrl: url, settings: { speed: 0 } }]), baseUrl));

  const send = (request: Sent): Promise<Received> =>
    tab.evaluate(([url, sent]) => page.send(url, sent), [baseUrl, request] as const);
  const control = async (method: string, path: string, body?: unknown): Promise<Received> =>
    send({
      method,
      path: `/__modeldock${path}`,
      ...(body !== undefined && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
  const add = async (effect: Fault['effect']): Promise<void> => {
    const { status, body } = await control('POST', '/faults', { effect });
    expect(status, body).toBeLessThan(300);
  };

  it.each<{ effect: Fault['effect']; seen: Partial<Received> }>([
    { effect: { type: 'latency', ms: 5 }, seen: { status: 200 } },
    { effect: { type: 'status', status: 503, body: 'busy' }, seen: { status: 503, body: 'busy' } },
    { effect: { type: 'status', status: 205 }, seen: { status: 205, body: '' } },
    { effect: { type: 'malformed-json', after: { bytes: 5 } }, seen: { status: 200, body: '{\n  "' } },
    { effect: { type: 'slow-body', bytesPerSecond: 1000 }, seen: { status: 200, body: '{\n  "models": []\n}' } },
    { effect: { type: 'stale', msAgo: 1000 }, seen: { status: 200 } },
  ])('$effect.type is seen as over HTTP', async ({ effect, seen }) => {
    await add(effect);
    expect(await send(models)).toMatchObject(seen);
  });

  it('a body has the type that a fault gives it', async () => {
    await add({ type: 'content-type' });
    expect((await send(models)).headers['content-type']).toBe('text/html; charset=utf-8');
  });

  it.each<Fault['effect']>([{ type: 'network-error' }, { type: 'truncated' }, { type: 'truncated', after: 0 }])(
    '%j fails the fetch, or the reading of its body',
    async (effect) => {
      await add(effect);
      await expect(send(models)).rejects.toThrow(TypeError.name);
    },
  );

  it('what hangs breaks when the fault is removed, and when the session is reset', async () => {
    for (const end of [() => control('DELETE', '/faults'), () => control('POST', '/reset')]) {
      await add({ type: 'hang' });
      const answer = send(models).catch((error: unknown) => (error as Error).message);
      await expect.poll(async () => (await control('GET', '/faults')).body).toContain('"fired": 1');
      await end();
      expect(await answer).toContain('TypeError');
    }
  });
});
