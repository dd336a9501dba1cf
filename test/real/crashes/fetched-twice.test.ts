import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HubFault } from '../../../src/hub/index.js';
import { bundleProgram, downloadWithCrashes, type CrashModel, type CrashResult } from './crash-run.js';

const MiB = 1024 * 1024;
/** `npm run crash` also measures where nothing can be promised, for people to read. */
const isWholeRun = process.env.MODELDOCK_CRASHES !== undefined;

let program: string;
let remove: () => Promise<void>;
beforeAll(async () => {
  ({ program, remove } = await bundleProgram());
});
afterAll(() => remove());

function modelOf(size: number): CrashModel {
  return { owner: 'crash', repo: 'large-GGUF', quantization: 'Q4_K_M', sizes: { 'large-Q4_K_M.gguf': size } };
}

/** Killed in the middle, with the limits that hold outside of tests. */
function killedHalfWay(size: number, line: readonly HubFault[]): Promise<CrashResult> {
  const kills = [{ type: 'progress', share: 0.5 }] as const;
  return downloadWithCrashes({ program, model: modelOf(size), line, kills, limits: { spareBytes: 0 } });
}

describe('a download that is killed half way', () => {
  // What the machine cannot take as fast as it is served waits in the kernel's buffers: at 1 MB/s any machine keeps up.
  const [rate, size] = isWholeRun ? [5, 320] : [1, 96];
  it(`fetches at most 16 MiB twice, over sixteen connections of ${rate} MB/s`, async () => {
    const line: HubFault = { effect: { type: 'slow-body', bytesPerSecond: rate * 1_000_000, share: 'each' } };
    const result = await killedHalfWay(size * MiB, [line]);
    tell(`16 × ${rate} MB/s`, result);
    expect(result).toMatchObject({ kills: 1, end: { state: 'completed' }, wrong: [], left: [] });
    expect(result.fetchedTwice).toBeLessThanOrEqual(16 * MiB);
  });

  // Served and still in the kernel's buffers when the process ends, which nobody can help.
  it.runIf(isWholeRun)('tells what it fetches twice on a line without limits', async () => {
    const result = await killedHalfWay(1024 * MiB, []);
    tell('unthrottled', result);
    expect(result).toMatchObject({ kills: 1, end: { state: 'completed' }, wrong: [], left: [] });
  });
});

function tell(line: string, { fetchedTwice }: CrashResult): void {
  if (isWholeRun) process.stdout.write(`fetched twice, ${line}: ${(fetchedTwice / MiB).toFixed(1)} MiB\n`);
}
