import { describe, expect } from 'vitest';
import type { Transport } from '../transport.js';
import { checksOver, pretty } from './checks.js';

const settings = { jobIds: ['job_0000000001', 'job_0000000002'] } as const;
const started = { job_id: 'job_0000000001', status: 'downloading', total_size_bytes: 1_000_000_000 };

/** From the first answer to the last. Models under `simulate/` have 1 GB, and come at 100 MB/s after 100 ms. */
export function downloadLife(transport: Transport): void {
  const { check } = checksOver(transport);

  describe('a download', () => {
    check('goes from downloading to completed, and is there from then on', settings, async (client) => {
      expect((await client.download('simulate/steady')).body).toBe(
        pretty({ ...started, downloaded_bytes: 0, bytes_per_second: 0, started_at: '2025-10-03T15:33:23.496Z' }),
      );

      await client.advance(5100);
      expect((await client.status('job_0000000001')).body).toBe(
        pretty({
          ...started,
          downloaded_bytes: 500_000_000,
          bytes_per_second: 100_000_000,
          estimated_completion: '2025-10-03T15:33:33.596Z',
          started_at: '2025-10-03T15:33:23.496Z',
        }),
      );

      const completed = pretty({
        job_id: 'job_0000000001',
        status: 'completed',
        total_size_bytes: 1_000_000_000,
        downloaded_bytes: 1_000_000_000,
        started_at: '2025-10-03T15:33:23.496Z',
        completed_at: '2025-10-03T15:33:33.596Z',
      });
      await client.advance(5000);
      expect((await client.status('job_0000000001')).body).toBe(completed);
      await client.advance(3_600_000);
      expect((await client.status('job_0000000001')).body).toBe(completed);

      const again = await client.download('simulate/steady');
      expect(again.status).toBe(200);
      expect(again.body).toBe(pretty({ status: 'already_downloaded' }));
    });

    check('fails, and goes on from where it was when it is asked for again', settings, async (client) => {
      await client.download('simulate/fails-at-50');
      await client.advance(6000);
      expect((await client.status('job_0000000001')).body).toBe(
        pretty({
          job_id: 'job_0000000001',
          status: 'failed',
          total_size_bytes: 1_000_000_000,
          downloaded_bytes: 500_000_000,
          started_at: '2025-10-03T15:33:23.496Z',
        }),
      );

      expect((await client.download('simulate/fails-at-50')).body).toBe(
        pretty({
          ...started,
          job_id: 'job_0000000002',
          downloaded_bytes: 500_000_000,
          bytes_per_second: 0,
          started_at: '2025-10-03T15:33:29.496Z',
        }),
      );
      await client.advance(5100);
      expect((await client.status('job_0000000002')).body).toBe(
        pretty({
          job_id: 'job_0000000002',
          status: 'completed',
          total_size_bytes: 1_000_000_000,
          downloaded_bytes: 1_000_000_000,
          started_at: '2025-10-03T15:33:29.496Z',
          completed_at: '2025-10-03T15:33:34.596Z',
        }),
      );
    });

    check('stays paused, and is the same job when it is asked for again', settings, async (client) => {
      await client.download('simulate/pauses-at-30');
      const paused = pretty({
        job_id: 'job_0000000001',
        status: 'paused',
        total_size_bytes: 1_000_000_000,
        downloaded_bytes: 300_000_000,
        started_at: '2025-10-03T15:33:23.496Z',
      });
      for (const ms of [3100, 60_000]) {
        await client.advance(ms);
        expect((await client.status('job_0000000001')).body).toBe(paused);
        expect((await client.download('simulate/pauses-at-30')).body).toBe(paused);
      }
    });

    check('that stalls has speed 0 and no estimate', settings, async (client) => {
      await client.download('simulate/stalls-at-99');
      await client.advance(60_000);
      expect((await client.status('job_0000000001')).body).toBe(
        pretty({
          ...started,
          downloaded_bytes: 990_000_000,
          bytes_per_second: 0,
          started_at: '2025-10-03T15:33:23.496Z',
        }),
      );
    });

    check('is not needed for what is there already', settings, async (client) => {
      const answer = await client.download('simulate/already-downloaded');
      expect(answer.status).toBe(200);
      expect(answer.body).toBe(pretty({ status: 'already_downloaded' }));
    });

    check('can complete in the first answer', { ...settings, scenario: 'instant' }, async (client) => {
      expect((await client.download('ibm/granite-4-micro')).body).toBe(
        pretty({
          job_id: 'job_0000000001',
          status: 'completed',
          total_size_bytes: 2_279_145_003,
          downloaded_bytes: 2_279_145_003,
          started_at: '2025-10-03T15:33:23.496Z',
          completed_at: '2025-10-03T15:33:23.496Z',
        }),
      );
    });

    check('of another quantization of the same repo is another job', settings, async (client) => {
      const link = 'https://huggingface.co/lmstudio-community/Qwen3.5-4B-GGUF';
      const jobs = [await client.download(link), await client.download(link, 'q8_0'), await client.download(link)];
      expect(jobs.map(({ body }) => JSON.parse(body) as unknown)).toMatchObject([
        { job_id: 'job_0000000001', total_size_bytes: 3_383_082_464 },
        { job_id: 'job_0000000002', total_size_bytes: 5_160_000_000 },
        { job_id: 'job_0000000001', total_size_bytes: 3_383_082_464 },
      ]);
    });

    check('asked for a hundred times at once is one job', settings, async (client) => {
      const answers = await Promise.all(Array.from({ length: 100 }, () => client.download('simulate/slow')));
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
      expect(new Set(answers.map(({ body }) => body))).toEqual(
        new Set([
          pretty({ ...started, downloaded_bytes: 0, bytes_per_second: 0, started_at: '2025-10-03T15:33:23.496Z' }),
        ]),
      );
      expect((await client.status('job_0000000002')).status).toBe(404);
    });
  });
}
