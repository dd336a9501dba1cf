import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkOut, type Checkout } from '../setup/checkout.js';

const execute = promisify(execFile);
const COMMAND = 'package/dist/server/cli.js';

describe('packing a fresh clone', { skip: process.platform === 'win32' }, () => {
  let checkout: Checkout;
  let out: string;
  beforeEach(async () => {
    checkout = await checkOut();
    out = await mkdtemp(join(tmpdir(), 'modeldock-packed-'));
  });
  afterEach(async () => {
    await checkout.dispose();
    await rm(out, { recursive: true });
  });

  async function packedIn(folder: string): Promise<string[]> {
    const tarballs = (await readdir(folder)).filter((name) => name.endsWith('.tgz'));
    expect(tarballs).toHaveLength(1);
    const { stdout } = await execute('tar', ['tzf', join(folder, tarballs[0]!)]);
    return stdout.split('\n');
  }

  it('builds first with npm pack, which packed no code and said nothing', async () => {
    const packing = checkout.run('npm', 'pack', '--pack-destination', out);
    expect(await packing.ended, packing.output()).toBe(0);
    expect(await packedIn(out)).toContain(COMMAND);
  });

  it('fails with npm pack where it cannot be built', async () => {
    await checkout.write('src/server/word.ts', "export const word: number = 'hello';\n");
    const packing = checkout.run('npm', 'pack', '--pack-destination', out);
    expect(await packing.ended).not.toBe(0);
    expect(packing.output()).toContain('Cannot compile');
    expect(await readdir(out)).toEqual([]);
  });

  it('installs what a build needs with npm pack --dry-run too, which left a stamp without a build', async () => {
    expect(await checkout.run('npm', 'pack', '--dry-run').ended).toBe(0);
    expect(await checkout.read('dist/server/word.js')).toContain('hello');
  });

  it('builds first with npm run package, though no scripts run for npm pack, and says where the tarball is', async () => {
    await checkout.write('.npmrc', 'ignore-scripts=true\n');
    const packing = checkout.run('npm', 'run', '--silent', 'package');
    expect(await packing.ended, packing.output()).toBe(0);
    const [, folder] = /^(.*\/)checkout-1\.0\.0\.tgz$/m.exec(packing.output())!;
    expect(await packedIn(folder!)).toContain(COMMAND);
  });
});
