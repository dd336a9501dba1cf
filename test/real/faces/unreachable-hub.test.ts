import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDownloader } from '../../../src/real/open-downloader.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modeldock-unreachable-'));
});
afterAll(() => rm(folder, { recursive: true }));

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

describe('a start with a hub that cannot be reached', () => {
  it('is refused in time, even if garbage is collected: it waited forever', async () => {
    const engine = await openDownloader({
      modelsDirs: [folder],
      environment: { HF_ENDPOINT: 'http://127.0.0.1:9', HOME: folder },
      limits: { startMs: 1000 },
    });
    const collecting = setInterval(collect, 50);
    const model = {
      source: 'huggingface',
      owner: 'me',
      repo: 'model',
      url: 'https://huggingface.co/me/model',
    } as const;
    await expect(engine.start({ model })).rejects.toMatchObject({ code: 'hub_unavailable' });
    clearInterval(collecting);
    await engine.close();
  });
});
