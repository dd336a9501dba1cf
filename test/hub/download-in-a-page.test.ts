import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium, howToEnableBrowserTests } from '../../scripts/browser.mjs';
import { createHub, type Hub } from '../../src/hub/index.js';

const executablePath = findChromium();
const notHere = executablePath === undefined ? ` (not here: ${howToEnableBrowserTests})` : '';
const REPO = 'modeldock/private-chat-GGUF';
const FILE = `/${REPO}/resolve/main/private-chat-Q4_K_M.gguf`;

describe.skipIf(executablePath === undefined)(`a downloader in a page${notHere}`, () => {
  let hub: Hub;
  let site: Server;
  let browser: Browser;
  let tab: Page;

  beforeAll(async () => {
    hub = await createHub({ digestCache: false });
    site = createServer((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html>');
    }).listen(0, '127.0.0.1');
    await once(site, 'listening');
    browser = await chromium.launch({
      executablePath: executablePath!,
      // Chromium refuses to run as root with its sandbox; the page is ours.
      args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    });
    tab = await browser.newPage();
    await tab.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}`);
  });
  afterAll(async () => {
    await browser.close();
    site.close();
    await hub.close();
  });

  /** What the page sees: status, length and one header, or the name of what was thrown. */
  const seen = (path: string, headers: Record<string, string>, header: string): Promise<unknown> =>
    tab.evaluate(
      async ([url, sent, name]) => {
        try {
          const answer = await fetch(url, { headers: sent });
          return [answer.status, (await answer.arrayBuffer()).byteLength, answer.headers.get(name)];
        } catch (error) {
          return (error as Error).name;
        }
      },
      [hub.endpoint + path, headers, header] as const,
    );

  it('gets a private file with its token, which the CDN never sees', async () => {
    const token = { Authorization: 'Bearer hf_member' };
    const range = { ...token, Range: 'bytes=100-199' };
    expect(await seen(FILE, range, 'content-range')).toEqual([206, 100, expect.stringMatching(/^bytes 100-199\//)]);
    expect(await seen(`/api/models/${REPO}`, token, 'x-request-id')).toEqual([
      200,
      expect.any(Number),
      expect.stringMatching(/^Root=1-/),
    ]);
    expect(await seen(FILE, {}, 'x-error-message')).toEqual([401, expect.any(Number), 'Invalid username or password.']);
    expect(hub.journal.entries().map(({ method }) => method)).toContain('OPTIONS');
    expect(hub.journal.summary()).toMatchObject({ authorizationAtCdn: 0, files: [{ resolves: 2, bytesServed: 100 }] });
  });

  it('cannot operate the hub', async () => {
    expect(await seen('/__hub/journal', {}, 'content-type')).toBe('TypeError');
  });
});
