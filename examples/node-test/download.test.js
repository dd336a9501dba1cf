import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { test } from 'modeldock/node-test';
import { download } from './download.js';

test('shows 42 %, and the end', async ({ lm }) => {
  const seen = [];
  const ended = download(lm.url, 'simulate/steady', (job) => seen.push(job.downloaded_bytes), 5);
  const job = await lm.expectDownload('simulate/steady');
  await job.goTo('42%');
  while (seen.at(-1) !== 420_000_000) await new Promise((resolve) => setTimeout(resolve, 5));
  await job.goTo('completed');
  assert.equal(await ended, 'completed');
});

test('lets faked time pass, with each poll answered', async ({ lm, t }) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: Date.now() });
  const seen = [];
  const ended = download(lm.url, 'simulate/steady', ({ status }) => seen.push(status));
  await lm.pass(20_000);
  assert.equal(await ended, 'completed');
  assert.equal(seen.length, 12);
});

describe('at once', { concurrency: true }, () => {
  for (const percent of [10, 50, 90]) {
    it(
      `has a session of its own at ${percent} %`,
      test.withLm(async ({ lm }) => {
        const leaving = download(lm.url, 'simulate/steady', () => undefined, 5);
        const job = await lm.expectDownload('simulate/steady');
        assert.equal((await job.goTo(percent / 100)).downloadedBytes, percent * 10_000_000);
        await job.goTo('completed');
        await leaving;
      }),
    );
  }
});
