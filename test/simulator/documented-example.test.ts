import { expect, it } from 'vitest';
import { createDock } from '../../src/index.js';

/** As it stands on the "Download a model" page of LM Studio's documentation. */
const DOCUMENTED = `{
  "job_id": "job_493c7c9ded",
  "status": "downloading",
  "total_size_bytes": 2279145003,
  "downloaded_bytes": 948,
  "bytes_per_second": 7834.710743801653,
  "estimated_completion": "2025-10-07T00:21:47.030Z",
  "started_at": "2025-10-03T15:33:23.496Z"
}`;

it('answers the example of the documentation to the last digit, the job id included', async () => {
  const { api, clock } = createDock({
    scenario: 'docs-example',
    jobIds: ['job_493c7c9ded'],
    now: '2025-10-03T15:33:23.496Z',
    speed: 0,
  });
  const post = async () => {
    const response = await api.fetch(
      new Request('http://localhost:1234/api/v1/models/download', {
        method: 'POST',
        headers: { Authorization: 'Bearer $LM_API_TOKEN', 'Content-Type': 'application/json' },
        body: '{\n    "model": "ibm/granite-4-micro"\n  }',
      }),
    );
    return response.text();
  };
  await post();
  await clock.advance(127);
  expect(await post()).toBe(DOCUMENTED);
});
