import { readdir, readlink } from 'node:fs/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'vitest';

/** What a process holds. */
export interface Held {
  /** What each open descriptor is of. */
  descriptors: readonly string[];
  bytes: number;
}

/** What one download may leave to be collected a little later: timers of sockets hold on to them for a second. */
const LATER_BYTES = 16 * 1024 * 1024;
/** What many of them may leave for good: compiled code, and nothing that grows with each. */
const ONCE_BYTES = 6 * 1024 * 1024;

export async function held(): Promise<Held> {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return { descriptors: await openDescriptors(), bytes: heapUsed + external };
}

/** Whatever was opened since is closed, and whatever was allocated is free. */
export async function expectNoMoreThan(before: Held, { afterMany = false } = {}): Promise<void> {
  // Sockets that we ended take a moment until the other side has noticed; it lives in this process too.
  await expect
    .poll(async () => {
      const now = await openDescriptors();
      const since = now.filter((name) => !before.descriptors.includes(name));
      return now.length > before.descriptors.length ? `open since: ${since.join(', ')}` : undefined;
    })
    .toBeUndefined();
  const most = before.bytes + (afterMany ? ONCE_BYTES : LATER_BYTES);
  await expect.poll(async () => (await held()).bytes, { interval: 50 }).toBeLessThan(most);
}

/** Where the system does not tell, there are none. */
async function openDescriptors(): Promise<string[]> {
  const names = await readdir('/proc/self/fd').catch(() => []);
  // One of them was open for the listing itself.
  return Promise.all(names.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => 'closed meanwhile')));
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}
