import { readdir } from 'node:fs/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, vi } from 'vitest';

/** What a process holds. */
export interface Held {
  descriptors: number;
  bytes: number;
}

/** More than this is not left behind by one download; a leak of one connection's buffers, or of a part's bytes, is. */
const SLACK_BYTES = 6 * 1024 * 1024;

export async function held(): Promise<Held> {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return { descriptors: await countDescriptors(), bytes: heapUsed + external };
}

/** Whatever was opened since is closed, and whatever was allocated is free. */
export async function expectNoMoreThan(before: Held): Promise<void> {
  // Sockets that we ended take a moment until the other side has noticed; it lives in this process too.
  await vi.waitFor(async () => expect(await countDescriptors()).toBeLessThanOrEqual(before.descriptors), {
    timeout: 5000,
    interval: 20,
  });
  await vi.waitFor(async () => expect((await held()).bytes - before.bytes).toBeLessThan(SLACK_BYTES), {
    timeout: 5000,
    interval: 100,
  });
}

/** Where the system does not tell, descriptors are counted as none. */
async function countDescriptors(): Promise<number> {
  const names = await readdir('/proc/self/fd').catch(() => []);
  return names.length;
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}
