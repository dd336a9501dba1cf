import { expect, test } from '../../../src/runners/playwright.js';
import { openPanel } from './panel.js';

const rounds = Number(process.env.ROUNDS);

for (let round = 1; round <= rounds; round++) {
  test(`makes one picture at 42 %, ${round}`, async ({ page, lm }, testInfo) => {
    await openPanel(page, 'simulate/steady');
    const job = await lm.expectDownload('simulate/steady');
    await job.goTo('42%');
    await expect(page.getByText('downloading 42 %')).toBeVisible();
    await expect(page.getByText('6 s left')).toBeVisible();
    await testInfo.attach('picture', { body: await page.screenshot(), contentType: 'image/png' });
  });
}

test('breaks the connection of the page where a fault does', async ({ page, lm }) => {
  await lm.control.faults.add({ when: { route: 'status' }, effect: { type: 'network-error' } });
  await openPanel(page, 'simulate/steady');
  await expect(page.getByText('no connection')).toBeVisible();
});

test('lets time pass in the page too', async ({ page, lm }) => {
  await openPanel(page, 'simulate/steady');
  await lm.expectDownload('simulate/steady');
  await lm.pass(60_000);
  await expect(page.getByText('completed 100 %')).toBeVisible();
  expect(await page.evaluate(() => new Date().toISOString())).toBe('2026-01-15T09:31:00.000Z');
});

test('fails for a finding', async ({ page, lm }) => {
  await page.route('http://panel.example/', (route) => route.fulfill({ contentType: 'text/html', body: '' }));
  await page.goto('http://panel.example/');
  await page.evaluate(() => fetch('http://localhost:1234/api/v1/models/download/status/undefined'));
  expect(await lm.control.journal.list()).toHaveLength(1);
});

test('fails with the calls and the token', async ({ page, lm }) => {
  await openPanel(page, 'simulate/steady');
  await lm.expectDownload('simulate/steady');
  expect(await page.title()).toBe('Another');
});
