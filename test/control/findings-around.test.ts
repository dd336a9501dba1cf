import { describe, expect, it } from 'vitest';
import { findIn } from '../../src/control/findings/findings.js';
import type { JournalEntry } from '../../src/control/journal/entry.js';
import { openClient } from '../contract/client.js';

const CONTEXT = { jobs: [], isMadeUp: () => false };

/** Polls of one job whose idle times before them are these, in ms. */
function pollsAfter(idleMs: readonly number[], headers: JournalEntry['request']['headers'] = {}): JournalEntry[] {
  let wall = 1_000_000;
  return [0, ...idleMs].map((idle, index) => {
    wall += idle;
    return {
      id: index + 1,
      session: 'default',
      at: wall,
      wall,
      clock: { mode: 'running', speed: 1 },
      method: 'GET',
      path: '/api/v1/models/download/status/job_1',
      status: 200,
      durationMs: 0,
      answeredBefore: index + 2,
      request: { headers },
    };
  });
}

describe('polls just when LM Studio closes an idle connection', () => {
  const idsIn = (entries: readonly JournalEntry[]): string[] => findIn(entries, CONTEXT).map(({ id }) => id);

  it('are found, with the name of the client', () => {
    const [finding] = findIn(pollsAfter([5000, 5010, 4900], { 'user-agent': 'poller/1' }), CONTEXT);
    expect(finding).toMatchObject({ id: 'polling-at-keep-alive-limit', entries: [2, 3, 4], judged: true });
    expect(finding!.title).toContain('poller/1');
  });

  it('are not found at another pace, or once, or with Connection: close', () => {
    expect(idsIn(pollsAfter([1000, 3000, 10_000]))).toEqual([]);
    expect(idsIn(pollsAfter([5000, 1000]))).toEqual([]);
    expect(idsIn(pollsAfter([5000, 5000, 5000], { connection: 'close' }))).toEqual([]);
  });
});

describe('a catalog id that the catalog does not have', () => {
  it('is refused, and reported without a judgement', async () => {
    const client = openClient();
    expect((await client.download('acme/rocket-7b')).status).toBe(404);
    expect(await client.dock.findings()).toMatchObject([
      { id: 'model-not-in-catalog', judged: { notJudged: expect.any(String) as string } },
    ]);
  });

  it('is made up where it is to be imagined, and reported; a snapshot keeps it', async () => {
    const client = openClient({ unknownModels: 'imagine', scenario: 'instant' });
    expect((await client.download('acme/rocket-7b')).body).toMatchObject({ status: 'completed' });
    expect((await client.get('/api/v1/models')).body).toMatchObject({
      models: [{ key: 'acme/rocket-7b', params_string: '7B' }],
    });
    expect(await client.dock.findings()).toMatchObject([
      { id: 'model-made-up', judged: { notJudged: expect.any(String) as string } },
    ]);
    expect((await client.download('no slash')).status).toBe(400);
    expect((await client.download('simulate/no-such-scenario')).status).toBe(404);
    const again = openClient({ snapshot: await client.dock.snapshot() });
    expect((await again.download('acme/rocket-7b')).body).toEqual({ status: 'already_downloaded' });
    expect((await again.download('acme/another-1b')).status).toBe(200);
  });

  it('is made up or refused by an option that is checked', () => {
    expect(() => openClient({ unknownModels: 'maybe' as 'refuse' })).toThrow(/"refuse" or "imagine"/);
  });
});
