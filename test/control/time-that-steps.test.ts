import { fc, test } from '@fast-check/vitest';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createDock, type CatalogModel, type SimulatedDock } from '../../src/index.js';

const BASE = 'http://localhost:1234/api/v1/models/download';

async function start(dock: SimulatedDock, model: string): Promise<string> {
  const headers = { 'Content-Type': 'application/json' };
  const answer = await dock.api.fetch(new Request(BASE, { method: 'POST', headers, body: JSON.stringify({ model }) }));
  return ((await answer.json()) as { job_id: string }).job_id;
}

interface Poll {
  status: string;
  downloaded_bytes: number;
  started_at: string;
  estimated_completion?: string;
}

async function poll(dock: SimulatedDock, job: string): Promise<Poll> {
  return (await (await dock.api.fetch(new Request(`${BASE}/status/${job}`))).json()) as Poll;
}

afterEach(() => {
  vi.useRealTimers();
});

describe('a source of time that steps', () => {
  const step = fc.oneof(fc.integer({ min: 1, max: 500 }), fc.integer({ min: -100_000_000, max: -1 }), fc.constant(0));

  test.prop([fc.array(step, { minLength: 1, maxLength: 40 }), fc.constantFrom(0.5, 1, 20)], { seed: 7, numRuns: 100 })(
    'never makes bytes fall, and moves them whenever it moves',
    async (steps, speed) => {
      let source = 1_700_000_000_000;
      const dock = createDock({
        timeSource: { now: () => source },
        speed,
        scenario: { steps: [{ type: 'transfer', bytesPerSecond: 1_000_000 }] },
        catalog: [catalogModel],
      });
      const job = await start(dock, 'stage/endless');
      let before = await poll(dock, job);
      for (const ms of steps) {
        source += ms;
        const now = await poll(dock, job);
        expect(now.downloaded_bytes).toBeGreaterThanOrEqual(before.downloaded_bytes);
        if (ms * speed >= 1) expect(now.downloaded_bytes).toBeGreaterThan(before.downloaded_bytes);
        before = now;
      }
    },
  );

  it('that was a faked date and is real again lets a download go on from where it was', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2031-01-01T00:00:00Z') });
    const dock = createDock();
    const job = await start(dock, 'simulate/slow');
    vi.setSystemTime(new Date('2031-01-01T00:05:00Z'));
    const faked = await poll(dock, job);
    vi.setSystemTime(new Date('2026-01-01T00:00:00Z'));
    expect((await poll(dock, job)).downloaded_bytes).toBe(faked.downloaded_bytes);
    vi.setSystemTime(new Date('2026-01-01T00:00:10Z'));
    expect((await poll(dock, job)).downloaded_bytes).toBe(faked.downloaded_bytes + 10_000_000);
  });

  it('leaves durations in the journal at 0 or more', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2031-01-01T00:00:00Z') });
    const dock = createDock();
    const job = await start(dock, 'simulate/steady');
    vi.setSystemTime(new Date('2026-01-01T00:00:00Z'));
    await poll(dock, job);
    const [first, second] = await dock.journal.list();
    expect(second!.wall).toBeGreaterThanOrEqual(first!.wall);
  });
});

const catalogModel: CatalogModel = {
  id: 'stage/endless',
  displayName: 'Endless',
  type: 'llm',
  architecture: 'llama',
  maxContextLength: 1024,
  files: [{ repo: 'stage/endless-GGUF', format: 'gguf', quantization: 'Q4_K_M', sizeBytes: 1e15 }],
};
