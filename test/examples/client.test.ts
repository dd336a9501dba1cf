import { describe, expect, vi } from 'vitest';
import { profiles, type ProfileName } from '../../src/index.js';
import { createTest } from '../../src/runners/vitest.js';
import { download, type Progress } from '../../examples/client/download.js';

async function all(progress: AsyncIterable<Progress>): Promise<Progress[]> {
  const seen: Progress[] = [];
  for await (const each of progress) seen.push(each);
  return seen;
}

describe.each(Object.keys(profiles) as ProfileName[])('the client of the examples, under %s', (profile) => {
  const test = createTest({ profile });

  test.for([
    ['simulate/steady', ['downloading', 'completed']],
    ['simulate/fails-at-50', ['downloading', 'failed']],
    ['simulate/pauses-at-30', ['downloading', 'paused']],
    ['simulate/already-downloaded', ['already_downloaded']],
    ['simulate/instant', ['completed']],
  ] as const)('watches %s without a finding', async ([model, expected], { lm }) => {
    vi.useFakeTimers();
    const leaving = new AbortController();
    const seen: Progress[] = [];
    const watching = (async () => {
      for await (const each of download(lm.url, model, { signal: leaving.signal })) seen.push(each);
    })();
    await lm.pass(20_000);
    leaving.abort();
    await watching.catch(() => undefined);
    vi.useRealTimers();
    expect([...new Set(seen.map(({ status }) => status))]).toEqual(expected);
    if (model === 'simulate/steady') expect(seen.at(-1)!.downloadedBytes).toBe(1_000_000_000);
  });

  test('waits as long as Retry-After says, and then goes on', async ({ lm }) => {
    vi.useFakeTimers();
    await lm.control.faults.add({
      when: { route: 'download', nth: 1 },
      effect: { type: 'status', status: 503, headers: { 'Retry-After': '7' } },
    });
    const watching = all(download(lm.url, 'simulate/instant'));
    await lm.pass(6_500);
    expect(await lm.control.journal.list()).toHaveLength(1);
    await lm.pass(1_000);
    vi.useRealTimers();
    expect(await watching).toMatchObject([{ status: 'completed' }]);
  });

  test('ends with the words of a refusal', async ({ lm }) => {
    await expect(all(download(lm.url, 'simulate/not-found'))).rejects.toThrow('not found');
  });
});
