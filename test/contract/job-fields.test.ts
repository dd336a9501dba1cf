import { describe, expect, it } from 'vitest';
import type { CatalogModel } from '../../src/index.js';
import { openClient, pretty, START, type Client } from './client.js';

/** Ten bytes, so that speeds and estimates can be reckoned by hand. */
const tiny: CatalogModel = {
  id: 'tiny/model',
  displayName: 'Tiny',
  type: 'llm',
  architecture: 'llama',
  maxContextLength: 2048,
  files: [{ repo: 'tiny/model-GGUF', format: 'gguf', quantization: 'Q4_K_M', sizeBytes: 10 }],
};

/** Brings a world with one job into a state, and tells the job's id. */
async function arrange(client: Client, model: string, advanceMs: number): Promise<string> {
  const { body } = await client.download(model);
  await client.advance(advanceMs);
  return String(body.job_id);
}

const common = { total_size_bytes: 1_000_000_000 };

/** Half a gigabyte of the magic models is there 5.1 s after the start: 100 ms to connect, then 100 MB/s. */
const states = [
  {
    state: 'connecting',
    model: 'simulate/steady',
    advanceMs: 50,
    answer: { status: 'downloading', ...common, downloaded_bytes: 0, bytes_per_second: 0, started_at: START },
  },
  {
    state: 'downloading',
    model: 'simulate/steady',
    advanceMs: 5100,
    answer: {
      status: 'downloading',
      ...common,
      downloaded_bytes: 500_000_000,
      bytes_per_second: 100_000_000,
      estimated_completion: '2025-10-03T15:33:33.596Z',
      started_at: START,
    },
  },
  {
    state: 'stalled for more than 10 s',
    model: 'simulate/stalls-at-50',
    advanceMs: 60_000,
    answer: { status: 'downloading', ...common, downloaded_bytes: 500_000_000, bytes_per_second: 0, started_at: START },
  },
  {
    state: 'finalizing',
    model: 'simulate/finalizes-forever',
    advanceMs: 60_000,
    answer: {
      status: 'downloading',
      ...common,
      downloaded_bytes: 1_000_000_000,
      bytes_per_second: 0,
      started_at: START,
    },
  },
  {
    state: 'paused',
    model: 'simulate/pauses-at-30',
    advanceMs: 60_000,
    answer: { status: 'paused', ...common, downloaded_bytes: 300_000_000, started_at: START },
  },
  {
    state: 'completed',
    model: 'simulate/steady',
    advanceMs: 60_000,
    answer: {
      status: 'completed',
      ...common,
      downloaded_bytes: 1_000_000_000,
      started_at: START,
      completed_at: '2025-10-03T15:33:33.596Z',
    },
  },
  {
    state: 'failed',
    model: 'simulate/fails-at-50',
    advanceMs: 60_000,
    answer: { status: 'failed', ...common, downloaded_bytes: 500_000_000, started_at: START },
  },
] as const;

describe('the status of a job', () => {
  it.each(states.map((row) => [row.state, row] as const))(
    'has exactly the documented fields when %s',
    async (_state, { model, advanceMs, answer }) => {
      const client = openClient();
      const job_id = await arrange(client, model, advanceMs);
      const read = await client.status(job_id);
      expect(read.status).toBe(200);
      expect(read.text).toBe(pretty({ job_id, ...answer }));
      expect(read.headers.get('content-type')).toBe('application/json; charset=utf-8');
    },
  );

  it('is answered for a job id in percent escapes', async () => {
    const client = openClient({ jobIds: ['job_0000000001'] });
    await arrange(client, 'simulate/steady', 0);
    expect((await client.status('%6aob_0000000001')).body).toMatchObject({ job_id: 'job_0000000001' });
  });

  it('tells a fractional speed to the last digit', async () => {
    const client = openClient({ scenario: { steps: [{ type: 'transfer', bytesPerSecond: 1000 / 7 }] } });
    const job_id = await arrange(client, 'ibm/granite-4-micro', 3000);
    expect((await client.status(job_id)).text).toContain('"bytes_per_second": 142.66666666666666,');
  });

  it('truncates the estimate to the millisecond and never rounds it', async () => {
    // 7 bytes after 1 s at 7.5 B/s leave 3 bytes, which take 428.57… ms at 7 B/s.
    const client = openClient({
      scenario: { steps: [{ type: 'transfer', bytesPerSecond: 7.5 }] },
      catalog: [tiny],
    });
    const job_id = await arrange(client, 'tiny/model', 1000);
    expect((await client.status(job_id)).body).toMatchObject({ estimated_completion: '2025-10-03T15:33:24.924Z' });
  });

  it('adds a text `error` to a failed job, and nothing to others, if the server is configured to explain failures', async () => {
    const client = openClient({ explainFailures: true });
    const failed = await arrange(client, 'simulate/fails-at-50', 60_000);
    expect((await client.status(failed)).body.error).toBe('The connection was reset.');
    const paused = await arrange(client, 'simulate/disk-full', 60_000);
    expect((await client.status(paused)).body).not.toHaveProperty('error');
  });
});

describe('the answer to a start', () => {
  // A completed model is already downloaded, and a failed one begins another job.
  const asked = states
    .filter(({ state }) => state !== 'completed' && state !== 'failed')
    .map((row) => [row.state, row] as const);

  it.each(asked)('is the status of the job when it is %s', async (_state, { model, advanceMs, answer }) => {
    const client = openClient();
    const job_id = await arrange(client, model, advanceMs);
    const read = await client.download(model);
    expect(read.status).toBe(200);
    expect(read.text).toBe(pretty({ job_id, ...answer }));
  });

  it('has a completion time when the model is there at once', async () => {
    const client = openClient({ jobIds: ['job_493c7c9ded'] });
    expect((await client.download('simulate/instant')).text).toBe(
      pretty({
        job_id: 'job_493c7c9ded',
        status: 'completed',
        ...common,
        downloaded_bytes: 1_000_000_000,
        started_at: START,
        completed_at: START,
      }),
    );
  });

  it('has a job id of job_ and ten lower-case hex digits', async () => {
    const client = openClient();
    for (let run = 0; run < 20; run++) {
      expect((await client.download(`simulate/steady-run-${run}`)).body.job_id).toMatch(/^job_[0-9a-f]{10}$/);
    }
  });

  it.each([
    ['downloading', 'simulate/steady', ['job_id', 'status', 'total_size_bytes', 'started_at']],
    ['paused', 'paused/at-once', ['job_id', 'status', 'total_size_bytes', 'started_at']],
    ['completed', 'simulate/instant', ['job_id', 'status', 'total_size_bytes', 'started_at', 'completed_at']],
    ['already_downloaded', 'simulate/already-downloaded', ['status']],
  ])('has none of the counters in the profile of released servers when %s', async (status, model, fields) => {
    const client = openClient({
      profile: 'lmstudio-0.4',
      scenario: { steps: [{ type: 'pause' }] },
      catalog: [{ ...tiny, id: 'paused/at-once' }],
    });
    const { body } = await client.download(model);
    expect(body.status).toBe(status);
    expect(Object.keys(body)).toEqual(fields);
  });

  it('has none of the counters in the profile of released servers when failed', async () => {
    const client = openClient({
      profile: 'lmstudio-0.4',
      scenario: { steps: [{ type: 'fail', code: 'hub_error' }] },
    });
    const { body } = await client.download('ibm/granite-4-micro');
    expect(body.status).toBe('failed');
    expect(Object.keys(body)).toEqual(['job_id', 'status', 'total_size_bytes', 'started_at']);
  });

  it('has its counters in the status in the profile of released servers', async () => {
    const client = openClient({ profile: 'lmstudio-0.4' });
    const job_id = await arrange(client, 'simulate/steady', 5100);
    expect((await client.status(job_id)).text).toBe(pretty({ job_id, ...states[1].answer }));
  });
});
