import { expect, test as plainTest } from '@jest/globals';
import { test } from 'modeldock/jest';
import { download } from './download.js';

test('shows 42 %, and the end', async ({ lm }) => {
  const seen = [];
  const ended = download(lm.url, 'simulate/steady', (job) => seen.push(job.downloaded_bytes), 5);
  const job = await lm.expectDownload('simulate/steady');
  await job.goTo('42%');
  while (seen.at(-1) !== 420_000_000) await new Promise((resolve) => setTimeout(resolve, 5));
  await job.goTo('completed');
  expect(await ended).toBe('completed');
});

plainTest.each(['simulate/fails-at-50', 'simulate/always-fails-at-50'])(
  'ends badly with %s',
  test.withLm(async ({ lm }, model) => {
    const ended = download(lm.url, model, () => undefined, 5);
    const job = await lm.expectDownload(model);
    await job.goTo('failed');
    expect(await ended).toBe('failed');
  }),
);
