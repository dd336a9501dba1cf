import { expect, test } from 'modeldock/playwright';

// The page calls /lmstudio on its own origin: those calls are answered here, and the plugin of Vite never sees them.
test.use({ lmOptions: { baseUrl: '/lmstudio' } });

test('shows 42 %, and the same time on each run', async ({ page, lm }) => {
  await page.goto('/');
  const job = await lm.expectDownload('ibm/granite-4-micro');
  await job.goTo('42%');
  await expect(page.getByText('downloading 42 %')).toBeVisible();
  expect(await page.evaluate(() => new Date().getFullYear())).toBe(2026);
});

test('shows a connection that breaks and comes back', async ({ page, lm }) => {
  await lm.control.faults.add({ when: { route: 'download', nth: 1 }, effect: { type: 'latency', ms: 50 } });
  await page.goto('/');
  const job = await lm.expectDownload('ibm/granite-4-micro');
  await job.goTo('completed');
  await expect(page.getByText('completed at 100 %')).toBeVisible();
});
