import { once } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';
import { expect, it } from 'vitest';
import { endWorker, startWorker } from '../../src/node/start-worker.js';

const module = new URL('../../src/real/disk/digest-worker.js', import.meta.url);

/** Worker modules that this process has open. Where the system does not tell, there are none. */
function openModules(): string[] {
  const listed = process.platform === 'linux' ? readdirSync('/proc/self/fd') : [];
  return listed.map(targetOf).filter((target) => target.endsWith('-worker.js'));
}

function targetOf(descriptor: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    // The one that was open for the listing.
    return '';
  }
}

it('a thread that is ended while its module is being opened leaves no descriptor open', async () => {
  for (let round = 0; round < 15; round++) {
    const worker = startWorker(module);
    const answers: unknown[] = [];
    worker.on('message', (answer) => answers.push(answer));
    worker.postMessage({ type: 'check', id: 1, path: '', ranges: [] });
    while (answers.length === 0 && openModules().length === 0) await new Promise(setImmediate);
    await endWorker(worker);
    expect(openModules()).toEqual([]);
  }
});

it('a thread whose module cannot be loaded is ended like any other', async () => {
  const worker = startWorker(new URL('./no-such-module.js', import.meta.url));
  const failed = once(worker, 'error');
  await endWorker(worker);
  expect(String(await failed)).toContain('no-such-module.js');
});
