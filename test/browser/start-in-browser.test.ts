import { chromium, type Browser, type Page as Tab } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium, howToEnableBrowserTests } from '../../scripts/browser.mjs';
import { servePage, type PageServer } from './page-server.js';

declare const start: (workerUrl: string) => Promise<unknown>;

const executablePath = findChromium();
const notHere = executablePath === undefined ? ` (not here: ${howToEnableBrowserTests})` : '';

describe.skipIf(executablePath === undefined).each([
  { major: 2, msw: 'msw' },
  { major: 3, msw: 'msw3' },
])(`startInBrowser with MSW $major${notHere}`, ({ msw }) => {
  const said: string[] = [];
  let server: PageServer;
  let browser: Browser;
  let tab: Tab;

  beforeAll(async () => {
    server = await servePage(msw, 'start-page.ts');
    browser = await chromium.launch({
      executablePath: executablePath!,
      args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    });
    tab = await browser.newPage();
    tab.on('console', (message) => said.push(message.text()));
    await tab.goto(server.origin);
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  it('answers the page, lets other calls pass, and says nothing', async () => {
    expect(await tab.evaluate(() => start('/mockServiceWorker.js'))).toEqual({ status: 'completed', calls: 2 });
    expect(said.filter((text) => !text.includes('favicon'))).toEqual([]);
  });

  it('says where the script of MSW is missing how to put it there, in place of an error about its type', async () => {
    await expect(tab.evaluate(() => start('/not-there.js'))).rejects.toThrow(
      'mockServiceWorker.js is not served at /not-there.js (expected a script, found no type). Run npx msw init public --save once',
    );
  });
});
