import { describe, expect } from 'vitest';
import type { Transport } from '../transport.js';
import { checksOver, JSON_TYPE, pretty } from './checks.js';

const settings = { scenario: 'docs-example', jobIds: ['job_493c7c9ded'] } as const;

/** The example on the "Download a model" page of LM Studio's documentation. */
const example = `{
  "job_id": "job_493c7c9ded",
  "status": "downloading",
  "total_size_bytes": 2279145003,
  "downloaded_bytes": 948,
  "bytes_per_second": 7834.710743801653,
  "estimated_completion": "2025-10-07T00:21:47.030Z",
  "started_at": "2025-10-03T15:33:23.496Z"
}`;

/** The answer of LM Studio's own page, to the last digit. */
export function documentedExample(transport: Transport): void {
  const { check } = checksOver(transport);

  describe('the documented example', () => {
    check('comes to the last digit, from the POST and from the status', settings, async (client) => {
      const first = await client.download('ibm/granite-4-micro');
      expect(first.status).toBe(200);
      expect(first.headers['content-type']).toBe(JSON_TYPE);
      expect(first.body).toBe(
        pretty({
          job_id: 'job_493c7c9ded',
          status: 'downloading',
          total_size_bytes: 2279145003,
          downloaded_bytes: 0,
          bytes_per_second: 0,
          started_at: '2025-10-03T15:33:23.496Z',
        }),
      );

      await client.advance(127);
      for (const answer of [await client.download('ibm/granite-4-micro'), await client.status('job_493c7c9ded')]) {
        expect(answer.status).toBe(200);
        expect(answer.headers['content-type']).toBe(JSON_TYPE);
        expect(answer.body).toBe(example);
      }
    });

    check('does not depend on who asked before', settings, async (client) => {
      await client.download('ibm/granite-4-micro');
      for (let ms = 0; ms < 127; ms++) {
        await client.advance(1);
        if (ms % 25 === 0) await client.status('job_493c7c9ded');
      }
      expect((await client.status('job_493c7c9ded')).body).toBe(example);
    });

    check(
      'of a released server has no counters in the POST',
      { ...settings, profile: 'lmstudio-0.4' },
      async (client) => {
        await client.download('ibm/granite-4-micro');
        await client.advance(127);
        expect((await client.download('ibm/granite-4-micro')).body).toBe(
          pretty({
            job_id: 'job_493c7c9ded',
            status: 'downloading',
            total_size_bytes: 2279145003,
            started_at: '2025-10-03T15:33:23.496Z',
          }),
        );
        expect((await client.status('job_493c7c9ded')).body).toBe(example);
      },
    );
  });
}
