import { describe, expect, vi } from 'vitest';
import { createTest, test } from '../../src/runners/vitest.js';
import { ask, poll, pollUndefined } from './client.js';

test('has an LM Studio at its address, on a clock that stands still', async ({ lm }) => {
  const id = await ask(lm.url, 'simulate/steady');
  const job = await lm.expectDownload('simulate/steady');
  expect(job.id).toBe(id);

  await job.goTo('42%');
  expect(await poll(lm.url, id)).toMatchObject({ status: 'downloading', downloaded_bytes: 420_000_000 });
});

test('answers a client whose address is fixed while no other test runs', async ({ lm }) => {
  const id = await ask('http://localhost:1234', 'simulate/steady');
  expect(await lm.expectDownload('simulate/steady')).toMatchObject({ id });
});

test.for([
  ['42%', { state: 'downloading', downloadedBytes: 420_000_000 }],
  ['12.5 %', { state: 'downloading', downloadedBytes: 125_000_000 }],
  [0.42, { state: 'downloading', downloadedBytes: 420_000_000 }],
  [{ bytes: 1000 }, { state: 'downloading' }],
  ['completed', { state: 'completed' }],
] as const)('goes to %j', async ([moment, expected], { lm }) => {
  const id = await ask(lm.url, 'simulate/steady');
  const job = await lm.expectDownload('simulate/steady');
  expect(await job.goTo(moment)).toMatchObject(expected);
  await poll(lm.url, id);
});

test.for([
  ['simulate/fails-at-50', 'failed', 'failed'],
  ['simulate/pauses-at-30', 'paused', 'paused'],
  ['simulate/stalls-at-99', 'stalled', 'downloading'],
  ['simulate/finalizes-slowly', 'finalizing', 'downloading'],
] as const)('of %s goes to %s', async ([model, moment, state], { lm }) => {
  const id = await ask(lm.url, model);
  const job = await lm.expectDownload(model);
  expect(await job.goTo(moment)).toMatchObject({ state });
  await poll(lm.url, id);
  await poll(lm.url, id);
});

test('says of a moment that is none which there are', async ({ lm }) => {
  await ask(lm.url, 'simulate/steady');
  const job = await lm.expectDownload('simulate/steady');
  await expect(job.goTo('half way' as never)).rejects.toThrow(/expected a share such as '42%'.*finalizing/);
  await expect(job.goTo(42)).rejects.toThrow("Cannot go to 42: expected a share such as '42%'");
  await expect(job.goTo('stalled')).rejects.toThrow('simulate/stalls-at-42');
});

test.fails('fails for a finding about its client, though all it expects is there', async ({ lm }) => {
  await pollUndefined(lm.url);
});

test('passes with a finding that it ignores', async ({ lm }) => {
  await pollUndefined(lm.url);
  lm.ignoreFindings('status-of-undefined');
});

describe('with options for a part of a file', () => {
  test.override({ lmOptions: { scenario: 'instant' } });

  test('plays the scenario of that part', async ({ lm }) => {
    const id = await ask(lm.url, 'ibm/granite-4-micro');
    expect(await poll(lm.url, id)).toMatchObject({ status: 'completed' });
  });
});

const elsewhere = createTest({ baseUrl: 'http://lm.example:4321', ignoreFindings: ['status-of-undefined'] });

elsewhere('is where its options say, and ignores the findings of its options', async ({ lm }) => {
  expect(lm.url).toMatch(/^http:\/\/lm\.example:4321\/s\//);
  await pollUndefined('http://lm.example:4321');
  expect(await lm.control.journal.list()).toHaveLength(1);
});

describe.concurrent('at once', () => {
  test.for(Array.from({ length: 20 }, (_, index) => index))('has a session of its own: %i', async (index, { lm }) => {
    const model = `simulate/steady-run-${index}`;
    const id = await ask(lm.url, model);
    const job = await lm.expectDownload('simulate/*');
    await job.goTo(index / 20);
    expect(await poll(lm.url, id)).toMatchObject({ downloaded_bytes: index * 50_000_000 });
    expect(await lm.control.jobs.list()).toHaveLength(1);
  });
});

test('lets each poll be answered before faked time goes on', async ({ lm, onTestFinished }) => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const id = await ask(lm.url, 'simulate/steady');
  const seen: unknown[] = [];
  const look = async (): Promise<void> => {
    const { status, downloaded_bytes } = await poll(lm.url, id);
    seen.push(downloaded_bytes);
    if (status === 'downloading') setTimeout(() => void look(), 1000);
  };
  setTimeout(() => void look(), 1000);
  await lm.pass(20_000);
  expect(seen).toHaveLength(11);
  expect(seen.at(-1)).toBe(1_000_000_000);
});
