import { describe, expect, it } from 'vitest';
import { openClient } from './client.js';

const DOWNLOAD = '/api/v1/models/download';
const HUB = 'https://huggingface.co';

describe('a start', () => {
  it.each([
    ['a catalog id', 'ibm/granite-4-micro', 2_279_145_003],
    ['a catalog id in capitals', 'IBM/Granite-4-Micro', 2_279_145_003],
    ['a catalog id with a dot', 'qwen/qwen3.5-4b', 3_383_082_464],
    ['a link', `${HUB}/lmstudio-community/granite-4.0-micro-GGUF`, 2_279_145_003],
    ['a link in capitals', 'HTTPS://HUGGINGFACE.CO/LMSTUDIO-COMMUNITY/GRANITE-4.0-MICRO-GGUF', 2_279_145_003],
    ['a link with a slash at its end', `${HUB}/nomic-ai/nomic-embed-text-v1.5-GGUF/`, 274_290_560],
  ])('of %s makes a job', async (_request, model, size) => {
    const read = await openClient().download(model);
    expect(read.status).toBe(200);
    expect(read.body).toMatchObject({ status: 'downloading', total_size_bytes: size });
  });

  it('takes the quantization of a link in any case', async () => {
    const client = openClient();
    const link = `${HUB}/lmstudio-community/granite-4.0-micro-GGUF`;
    const upper = await client.download(link, 'Q8_0');
    expect(upper.body.total_size_bytes).toBe(3_618_000_000);
    expect((await client.download(link, 'q8_0')).body.job_id).toBe(upper.body.job_id);
  });

  it.each([
    ['a charset', 'application/json; charset=utf-8'],
    ['capitals', 'Application/JSON'],
    ['a space before its parameters', 'application/json ; charset=utf-8'],
  ])('takes a content type with %s', async (_, type) => {
    const client = openClient();
    const body = { model: 'ibm/granite-4-micro' };
    expect((await client.send('POST', DOWNLOAD, { body, headers: { 'content-type': type } })).status).toBe(200);
  });

  it('of a model that runs answers the same job as it stands now', async () => {
    const client = openClient();
    const first = await client.download('simulate/steady');
    await client.advance(1100);
    const second = await client.download('simulate/steady');
    expect(second.body).toEqual({
      ...first.body,
      downloaded_bytes: 100_000_000,
      bytes_per_second: 100_000_000,
      estimated_completion: '2025-10-03T15:33:33.596Z',
    });
    expect(second.text).toBe((await client.status(first.body.job_id)).text);
  });

  it.each([
    ['a catalog id', 'ibm/granite-4-micro', 'IBM/GRANITE-4-MICRO'],
    ['a link', `${HUB}/lmstudio-community/Qwen3-8B-GGUF`, `${HUB}/LMStudio-Community/QWEN3-8b-gguf/`],
    ['a link to an unknown repo', `${HUB}/some/Repo-7B-GGUF`, `${HUB}/SOME/repo-7b-gguf`],
  ])('of %s in another case attaches to the same job', async (_, one, other) => {
    const client = openClient();
    expect((await client.download(other)).body.job_id).toBe((await client.download(one)).body.job_id);
  });

  it('of a model that a person paused answers the same job, still paused', async () => {
    const client = openClient();
    const { body } = await client.download('simulate/steady');
    await client.advance(1100);
    await client.dock.jobs.pause(String(body.job_id));
    await client.advance(60_000);
    expect((await client.download('simulate/steady')).body).toMatchObject({
      job_id: body.job_id,
      status: 'paused',
      downloaded_bytes: 100_000_000,
    });
  });

  it('of a model that completed answers already_downloaded and nothing else, from then on', async () => {
    const client = openClient();
    const { body } = await client.download('simulate/steady');
    await client.advance(10_100);
    for (let time = 0; time < 3; time++) {
      expect((await client.download('simulate/steady')).text).toBe('{\n  "status": "already_downloaded"\n}');
    }
    expect((await client.status(body.job_id)).body.status).toBe('completed');
  });

  it('of a model that failed creates a new job, which continues from the bytes on disk', async () => {
    const client = openClient();
    const first = await client.download('simulate/fails-at-50');
    await client.advance(60_000);
    const retry = await client.download('simulate/fails-at-50');
    expect(retry.body).toMatchObject({
      status: 'downloading',
      downloaded_bytes: 500_000_000,
      started_at: '2025-10-03T15:34:23.496Z',
    });
    expect(retry.body.job_id).not.toBe(first.body.job_id);
    expect((await client.status(first.body.job_id)).body.status).toBe('failed');
    await client.advance(5100);
    expect((await client.status(retry.body.job_id)).body.status).toBe('completed');
  });

  it('of another quantization of a repo makes another job, and both run at once', async () => {
    const client = openClient();
    const link = `${HUB}/lmstudio-community/Qwen3-8B-GGUF`;
    const ids = [await client.download(link), await client.download(link, 'Q8_0')].map((each) => each.body.job_id);
    expect(new Set(ids).size).toBe(2);
    await client.advance(5250);
    for (const id of ids) expect((await client.status(id)).body.downloaded_bytes).toBeGreaterThan(0);
  });

  it('of the quantization that a link means by default attaches to the same job', async () => {
    const client = openClient();
    const link = `${HUB}/lmstudio-community/Qwen3-8B-GGUF`;
    expect((await client.download(link, 'Q4_K_M')).body.job_id).toBe((await client.download(link)).body.job_id);
  });
});
