import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openClient, type Client } from './client-of.js';

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());

/** A job that was paused at 30 % of its size, and of which the client was told `seen` times that it is paused. */
async function pausedJob(seen: number): Promise<Client & { id: string }> {
  const client = openClient();
  const { job_id } = await client.start('simulate/pauses-at-30');
  client.wait(1000);
  await client.poll(job_id);
  for (let polls = 0; polls < seen; polls++) {
    client.wait(10_000);
    expect((await client.poll(job_id)).status).toBe('paused');
  }
  return { ...client, id: job_id! };
}

describe('a failed job', () => {
  it('is found when the client stopped looking before', async () => {
    const { dock, start, poll, wait } = openClient();
    const { job_id } = await start('simulate/fails-at-50');
    wait(1000);
    await poll(job_id);
    wait(60_000);
    expect(await dock.findings()).toMatchObject([
      {
        id: 'job-not-watched-to-its-end',
        title: `Job ${job_id!} (simulate/fails-at-50) failed, and the client never saw it: the last state it got is downloading`,
        entries: [2],
        judged: true,
      },
    ]);
  });

  it('is found when the client never looked', async () => {
    const { dock, start, wait } = openClient();
    await start('simulate/fails-at-50');
    wait(60_000);
    expect(await dock.findings()).toMatchObject([{ id: 'job-not-watched-to-its-end', entries: [1] }]);
  });

  it('is not found when the client saw the failure', async () => {
    const { dock, start, poll, wait } = openClient();
    const { job_id } = await start('simulate/fails-at-50');
    wait(60_000);
    await poll(job_id);
    expect(await dock.findings()).toEqual([]);
  });

  it('is not found when the client has asked again, and watches the job that this made', async () => {
    const { dock, start, poll, wait } = openClient();
    await start('simulate/fails-at-50');
    wait(60_000);
    const { job_id } = await start('simulate/fails-at-50');
    wait(60_000);
    expect(await poll(job_id)).toMatchObject({ status: 'completed' });
    expect(await dock.findings()).toEqual([]);
  });

  it('is not found before it fails, or when it completes unseen', async () => {
    const { dock, start, wait } = openClient();
    await start('simulate/fails-at-50');
    await start('simulate/steady');
    expect(await dock.findings()).toEqual([]);
    wait(4000);
    expect(await dock.findings()).toEqual([]);
    const fire = openClient();
    await fire.start('simulate/steady');
    fire.wait(60_000);
    expect(await fire.dock.findings()).toEqual([]);
  });

  it('that the control API started is not the client’s', async () => {
    const { dock, start, wait } = openClient();
    await start('simulate/fails-at-50');
    await dock.journal.clear();
    wait(60_000);
    expect(await dock.findings()).toEqual([]);
  });
});

describe('a paused job', () => {
  it('is found when the client stopped looking before', async () => {
    const { dock, id } = await pausedJob(0);
    await dock.clock.advance(60_000);
    expect(await dock.findings()).toMatchObject([
      {
        id: 'job-not-watched-to-its-end',
        title: `Job ${id} (simulate/pauses-at-30) was paused, and the client never saw it: the last state it got is downloading`,
      },
    ]);
  });

  it.each([
    [0, 'it is downloading again'],
    [60_000, 'it has completed since'],
  ])('that went on is found when the client took the pause for the end, %i ms later', async (ms, what) => {
    const { dock, id } = await pausedJob(1);
    await dock.jobs.resume(id);
    await dock.clock.advance(ms);
    expect(await dock.findings()).toMatchObject([
      {
        id: 'job-not-watched-to-its-end',
        title: `Job ${id} (simulate/pauses-at-30) was no longer polled once it was paused; ${what}`,
        entries: [3],
        judged: true,
      },
    ]);
  });

  it('that is still paused is reported as not judged: the client may look again', async () => {
    const { dock } = await pausedJob(1);
    expect(await dock.findings()).toMatchObject([
      { id: 'job-not-watched-to-its-end', judged: { notJudged: expect.stringContaining('resume it') as string } },
    ]);
  });

  it('that is still paused is found when the client goes on polling others', async () => {
    const { dock, start, poll, wait } = await pausedJob(1);
    const { job_id } = await start('simulate/slow');
    for (let polls = 0; polls < 3; polls++) {
      wait(1000);
      await poll(job_id);
    }
    expect(await dock.findings()).toMatchObject([{ id: 'job-not-watched-to-its-end', judged: true, entries: [3] }]);
  });

  it('is not found when the client polls through the pause', async () => {
    const { dock, id, poll, wait } = await pausedJob(2);
    expect(await dock.findings()).toEqual([]);
    await dock.jobs.resume(id);
    expect(await dock.findings()).toEqual([]);
    wait(60_000);
    expect(await poll(id)).toMatchObject({ status: 'completed' });
    expect(await dock.findings()).toEqual([]);
  });

  it('is not found when the client looked again, and the answer did not reach it', async () => {
    const { dock, id, poll } = await pausedJob(1);
    await dock.faults.add({ effect: { type: 'network-error' } });
    await expect(poll(id)).rejects.toThrow(TypeError);
    expect(await dock.findings()).toEqual([]);
  });
});
