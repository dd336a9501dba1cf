import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { start, startListening, type Started } from '../../server/command.js';
import { LARGE, openSmallHub, sha256Of, type SmallHub } from './small-hub.js';

let small: SmallHub;
beforeAll(async () => {
  small = await openSmallHub();
});
afterAll(() => small.close());

/** Starts to get the large model, which takes more than a minute, and waits until some of it has come. */
async function getSlowly(folder: string): Promise<Started> {
  const started = getAt('500k', folder);
  await expect.poll(started.stderr).toMatch(/ [1-9]\d* %/);
  return started;
}

/** At this rate the large model takes longer than any machine needs to start another process meanwhile. */
const SLOWEST = '30k';

function getAt(bandwidth: string, folder: string): Started {
  return start(['get', 'me/large-GGUF', '--models-dir', folder, '--bandwidth', bandwidth], { env: small.env });
}

describe('modeldock get', () => {
  it('pauses on Ctrl-C with code 130, and the same command goes on with what it has', async () => {
    const folder = await small.newFolder();
    const started = await getSlowly(folder);
    started.signal('SIGINT');
    expect(await started.ended).toBe(130);
    expect(started.stderr()).toMatch(
      /\nPaused; everything downloaded so far is kept\. The same command resumes it\.\n$/,
    );
    expect((await small.modeldock(folder, ['list'])).stdout).toMatch(
      /^Unfinished:\nme\/large-gguf@q4_k_m {2}paused at \d+ %/,
    );
    const again = await small.modeldock(folder, ['get', 'me/large-GGUF']);
    expect(again.code).toBe(0);
    expect(again.stderr).toMatch(/^me\/large-gguf@q4_k_m {2}[1-9]\d* %/);
    const file = 'large-Q4_K_M.gguf';
    expect(await sha256Of(join(folder, 'me/large-GGUF', file))).toBe(await small.digestOf('me/large-GGUF', file));
  });

  it('pauses on SIGTERM with code 143', async () => {
    const started = await getSlowly(await small.newFolder());
    started.signal('SIGTERM');
    expect(await started.ended).toBe(143);
    expect(started.stderr()).toContain('\nPaused; ');
  });

  it('refuses with code 75 a model that another process downloads, and names it and its progress', async () => {
    const folder = await small.newFolder();
    const first = getAt(SLOWEST, folder);
    await expect.poll(first.stderr).toMatch(/ \d+ %/);
    const second = await small.modeldock(folder, ['get', 'me/large-GGUF']);
    expect(second).toMatchObject({ code: 75, stdout: '' });
    expect(second.stderr).toMatch(/^modeldock: .*\n$/);
    expect(second.stderr).toContain(`${first.pid}`);
    expect(second.stderr).toMatch(/\d+ %/);
    expect((await small.modeldock(folder, ['get', 'me/tiny-GGUF'])).code).toBe(0);
    first.signal('SIGINT');
    await first.ended;
  });

  it('refuses a model that a server downloads', async () => {
    const folder = await small.newFolder();
    const args = ['--engine', 'real', '--models-dir', folder, '--bandwidth', SLOWEST];
    const { url, signal, ended } = await startListening(args, { env: small.env });
    await fetch(`${url}/api/v1/models/download`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ model: LARGE }),
    });
    expect(await small.modeldock(folder, ['get', LARGE])).toMatchObject({ code: 75 });
    expect((await small.modeldock(folder, ['list'])).stdout).toMatch(/me\/large-gguf@q4_k_m {2}downloading at \d+ %/);
    signal('SIGTERM');
    expect(await ended).toBe(0);
  });
});
