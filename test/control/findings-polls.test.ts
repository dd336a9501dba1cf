import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openClient, type Client } from './client-of.js';

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());

async function pollTimes({ poll, wait }: Client, jobId: string | undefined, count: number, everyMs = 1000) {
  for (let polls = 0; polls < count; polls++) {
    wait(everyMs);
    await poll(jobId);
  }
}

describe('polling after a final state', () => {
  it.each([
    ['simulate/steady', 'completed'],
    ['simulate/fails-at-50', 'failed'],
  ])('is found for %s, %s', async (model, state) => {
    const client = openClient();
    const { job_id } = await client.start(model);
    client.wait(60_000);
    await pollTimes(client, job_id, 3);
    expect(await client.dock.findings()).toMatchObject([
      {
        id: 'polling-after-final-state',
        title: `Job ${job_id!} was polled 2 more times after the answer ${state}`,
        entries: [2, 3, 4],
        judged: true,
      },
    ]);
  });

  it('is not found for one poll more', async () => {
    const client = openClient();
    const { job_id } = await client.start('simulate/steady');
    client.wait(60_000);
    await pollTimes(client, job_id, 2);
    expect(await client.dock.findings()).toEqual([]);
  });

  it('is not found for polls that were under way', async () => {
    const client = openClient();
    const { job_id } = await client.start('simulate/steady');
    client.wait(60_000);
    await Promise.all([1, 2, 3, 4].map(() => client.poll(job_id)));
    expect(await client.dock.findings()).toEqual([]);
  });

  it('is not found if the answer was cut off, so that the client did not get it', async () => {
    const client = openClient();
    const { job_id } = await client.start('simulate/steady');
    client.wait(60_000);
    await client.dock.faults.add({ when: { route: 'status', nth: [1, 2, 3] }, effect: { type: 'network-error' } });
    for (let polls = 0; polls < 3; polls++) {
      client.wait(1000);
      await client.poll(job_id).catch(() => undefined);
    }
    await pollTimes(client, job_id, 1);
    expect(await client.dock.findings()).toEqual([]);
  });

  it('is not found for an end that an error quotes', async () => {
    const client = openClient();
    const { job_id } = await client.start('simulate/slow');
    await client.dock.faults.add({ effect: { type: 'status', status: 502, body: { job_id, status: 'completed' } } });
    await pollTimes(client, job_id, 4);
    expect(await client.dock.findings()).toEqual([]);
  });

  it('is not found where the end was taken back', async () => {
    const client = openClient();
    const { job_id } = await client.start('simulate/steady');
    const before = await client.dock.snapshot();
    for (let rounds = 0; rounds < 3; rounds++) {
      await client.dock.clock.advance(60_000);
      await pollTimes(client, job_id, 2);
      await client.dock.restore(before);
      await pollTimes(client, job_id, 1);
    }
    expect(await client.dock.findings()).toEqual([]);
  });

  it('is found for a client that polls by asking again', async () => {
    const client = openClient();
    const ask = async (): Promise<void> => {
      client.wait(60_000);
      await client.start('simulate/steady');
    };
    for (let asked = 0; asked < 2; asked++) await ask();
    expect(await client.dock.findings()).toEqual([]);
    for (let asked = 0; asked < 3; asked++) await ask();
    expect(await client.dock.findings()).toMatchObject([
      {
        id: 'polling-after-final-state',
        title: 'simulate/steady was asked for 3 more times after the answer already_downloaded',
        entries: [2, 3, 4, 5],
      },
    ]);
  });
});

describe('polling a job that is not there', () => {
  it('is found when it goes on', async () => {
    const client = openClient();
    await pollTimes(client, 'job_0000000000', 5);
    expect(await client.dock.findings()).toMatchObject([
      {
        id: 'polling-unknown-job',
        title: 'Job job_0000000000 was polled 4 more times after the answer that there is no such job',
        entries: [1, 2, 3, 4, 5],
      },
    ]);
  });

  it('is not found when it ends soon', async () => {
    const client = openClient();
    await pollTimes(client, 'job_0000000000', 3);
    expect(await client.dock.findings()).toEqual([]);
  });
});

describe('polling faster than five times a second', () => {
  it('is found', async () => {
    const client = openClient();
    const { job_id } = await client.start('simulate/slow');
    await pollTimes(client, job_id, 3, 1000);
    await pollTimes(client, job_id, 20, 100);
    await pollTimes(client, job_id, 3, 1000);
    const findings = await client.dock.findings();
    expect(findings).toMatchObject([
      {
        id: 'polling-too-fast',
        title: `Job ${job_id!} was polled 21 times within 2.0 s`,
        judged: true,
      },
    ]);
    expect(findings[0]!.entries).toEqual(Array.from({ length: 21 }, (_, index) => 4 + index));
  });

  it.each([200, 250, 1000])('is not found every %i ms', async (everyMs) => {
    const client = openClient();
    const { job_id } = await client.start('simulate/slow');
    await pollTimes(client, job_id, 30, everyMs);
    expect(await client.dock.findings()).toEqual([]);
  });

  it('is not found for a few polls at once, or for several jobs polled each second', async () => {
    const client = openClient();
    const jobs = await Promise.all([1, 2, 3, 4, 5, 6, 7].map((run) => client.start(`simulate/slow-run-${run}`)));
    for (let rounds = 0; rounds < 5; rounds++) {
      client.wait(1000);
      for (const { job_id } of jobs) await client.poll(job_id);
    }
    client.wait(1000);
    for (let polls = 0; polls < 4; polls++) await client.poll(jobs[0]!.job_id);
    expect(await client.dock.findings()).toEqual([]);
  });

  it('is found for a client that polls by asking again', async () => {
    const client = openClient();
    for (let asked = 0; asked < 10; asked++) {
      client.wait(50);
      await client.start('simulate/slow');
    }
    expect(await client.dock.findings()).toMatchObject([
      { id: 'polling-too-fast', title: 'simulate/slow was asked for 10 times within 450 ms', judged: true },
    ]);
  });

  it.each([
    ['was frozen', { mode: 'frozen' }],
    ['ran at speed 60', { mode: 'running', speed: 60 }],
    ['was advanced by polls', { mode: 'polls' }],
  ] as const)('is reported as not judged while the clock %s', async (how, change) => {
    const client = openClient();
    await client.dock.clock.set(change);
    const { job_id } = await client.start('simulate/slow');
    await pollTimes(client, job_id, 10, 10);
    expect(await client.dock.findings()).toMatchObject([
      {
        id: 'polling-too-fast',
        judged: { notJudged: `Pace is judged while the session's clock runs at speed 1; it ${how}.` },
      },
    ]);
  });

  it('is judged by the time in which the clock ran at speed 1', async () => {
    const client = openClient();
    const { job_id } = await client.start('simulate/slow');
    await client.dock.clock.set({ mode: 'frozen' });
    await pollTimes(client, job_id, 50, 10);
    await client.dock.clock.set({ mode: 'running', speed: 1 });
    await pollTimes(client, job_id, 8, 10);
    const findings = await client.dock.findings();
    expect(findings).toMatchObject([{ id: 'polling-too-fast', judged: true }]);
    expect(findings[0]!.entries).toEqual([52, 53, 54, 55, 56, 57, 58, 59]);
  });
});

describe('polling faster than five times a second, across a change of the clock', () => {
  it('is not found: no part of it is long enough', async () => {
    const client = openClient({ speed: 0 });
    const { job_id } = await client.start('simulate/slow');
    await pollTimes(client, job_id, 5, 10);
    await client.dock.clock.set({ mode: 'running', speed: 1 });
    await pollTimes(client, job_id, 5, 10);
    expect(await client.dock.findings()).toEqual([]);
  });
});

describe('the finding about Retry-After', () => {
  const refuseOnce = (value: string) => ({
    when: { route: 'status' as const, nth: 1 },
    effect: { type: 'status' as const, status: 429, headers: { 'Retry-After': value } },
  });

  it('is reported when Retry-After is ignored', async () => {
    const client = openClient();
    const { job_id } = await client.start('simulate/slow');
    await client.dock.faults.add(refuseOnce('5'));
    await pollTimes(client, job_id, 3, 1000);
    expect(await client.dock.findings()).toMatchObject([
      {
        id: 'ignored-retry-after',
        title:
          'GET /api/v1/models/download/status/:job_id was called again 1.0 s after an answer 429 with Retry-After: 5',
        entries: [2, 3, 4],
        judged: true,
      },
    ]);
  });

  it('is reported when a Retry-After with a date is ignored', async () => {
    const client = openClient();
    const { job_id } = await client.start('simulate/slow');
    await client.dock.faults.add(refuseOnce(new Date(Date.now() + 10_000).toUTCString()));
    await pollTimes(client, job_id, 2, 1000);
    expect(await client.dock.findings()).toMatchObject([{ id: 'ignored-retry-after', entries: [2, 3] }]);
  });

  it('is not reported when Retry-After is honoured', async () => {
    const client = openClient();
    const { job_id } = await client.start('simulate/slow');
    await client.dock.faults.add(refuseOnce('5'));
    await client.poll(job_id);
    client.wait(1000);
    await client.send('GET', '/api/v1/models');
    client.wait(4000);
    await client.poll(job_id);
    expect(await client.dock.findings()).toEqual([]);
  });

  it('is not reported for calls that were in flight when it arrived', async () => {
    const client = openClient();
    const { job_id } = await client.start('simulate/slow');
    await client.dock.faults.add(refuseOnce('5'));
    await Promise.all([client.poll(job_id), client.poll(job_id)]);
    client.wait(5000);
    await client.poll(job_id);
    expect(await client.dock.findings()).toEqual([]);
  });

  it('is not reported when Retry-After cannot be parsed', async () => {
    const client = openClient();
    const { job_id } = await client.start('simulate/slow');
    await client.dock.faults.add(refuseOnce('soon'));
    await pollTimes(client, job_id, 3, 1000);
    expect(await client.dock.findings()).toEqual([]);
  });

  it('is reported for the Retry-After of the simulated hub too', async () => {
    const client = openClient();
    for (let asked = 0; asked < 2; asked++) {
      client.wait(1000);
      await client.start('simulate/hub-unavailable');
    }
    expect(await client.dock.findings()).toMatchObject([
      {
        id: 'ignored-retry-after',
        title: 'POST /api/v1/models/download was called again 1.0 s after an answer 503 with Retry-After: 5',
        entries: [1, 2],
      },
    ]);
  });

  it('is reported as not judged while the clock is frozen', async () => {
    const client = openClient({ speed: 0 });
    const { job_id } = await client.start('simulate/slow');
    await client.dock.faults.add(refuseOnce('5'));
    await pollTimes(client, job_id, 2, 1000);
    expect(await client.dock.findings()).toMatchObject([
      { id: 'ignored-retry-after', judged: { notJudged: expect.stringContaining('frozen') as string } },
    ]);
  });
});
