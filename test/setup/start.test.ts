import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkOut, type Checkout } from './checkout.js';

describe('npm start', { timeout: 120_000 }, () => {
  let checkout: Checkout;

  beforeEach(async () => {
    checkout = await checkOut();
  });

  afterEach(() => checkout.dispose());

  /** Starts, waits until it listens, stops it, and answers with what it printed. */
  async function startAndStop(...args: string[]): Promise<string> {
    const start = checkout.run('npm', 'start', ...args);
    await start.printed('Listening');
    start.signal('SIGTERM');
    expect(await start.ended).toBe(0);
    return start.output();
  }

  it('installs, builds and serves on a fresh clone, and then only serves', async () => {
    const first = await startAndStop();
    expect(first).toMatch(/Installing.*\n(.*\n)*Building.*\n(.*\n)*Listening, hello/);
    const second = await startAndStop();
    expect(second).toContain('Listening, hello');
    expect(second).not.toMatch(/Installing|Building/);
  });

  it('passes its arguments on', async () => {
    expect(await startAndStop('--', '--port', '0')).toContain('Listening, hello --port,0');
  });

  it('builds again when a source says something else, not when it is only touched', async () => {
    await startAndStop();
    await checkout.write('src/server/word.ts', await checkout.read('src/server/word.ts'));
    expect(await startAndStop()).not.toContain('Building');
    await checkout.write('src/server/word.ts', "export const word: string = 'goodbye';\n");
    const changed = await startAndStop();
    expect(changed).toContain('Building');
    expect(changed).toContain('Listening, goodbye');
    expect(changed).not.toContain('Installing');
  });

  it('rebuilds files that were removed from dist', async () => {
    await startAndStop();
    await checkout.remove('dist/server/word.js');
    expect(await startAndStop()).toContain('Building');
  });

  it('removes from dist what has no source any more', async () => {
    await checkout.write('src/gone.ts', 'export const gone: boolean = true;\n');
    await startAndStop();
    expect(await checkout.read('dist/gone.js')).toContain('gone');
    await checkout.remove('src/gone.ts');
    await startAndStop();
    await expect(checkout.read('dist/gone.js')).rejects.toThrow('ENOENT');
    await expect(checkout.read('dist/gone.d.ts')).rejects.toThrow('ENOENT');
  });

  it('shows the errors of the compiler, exits with 1, and builds again next time', async () => {
    const good = await checkout.read('src/server/word.ts');
    await checkout.write('src/server/word.ts', 'export const word: string = 1;\n');
    const failing = checkout.run('npm', 'start');
    expect(await failing.ended).toBe(1);
    expect(failing.output()).toContain("Type 'number' is not assignable to type 'string'");
    expect(failing.output()).toContain('Cannot compile');
    await checkout.write('src/server/word.ts', good);
    expect(await startAndStop()).toContain('Listening, hello');
  });

  it('shows what npm says when it cannot install, exits with 1, and installs next time', async () => {
    const lock = await checkout.read('package-lock.json');
    await checkout.write('package-lock.json', lock.replaceAll('compiler', 'elsewhere'));
    const failing = checkout.run('npm', 'start');
    expect(await failing.ended).toBe(1);
    expect(failing.output()).toMatch(/npm error[^]*Cannot install the dependencies: npm ci ended with code 1/);
    await checkout.write('package-lock.json', lock);
    expect(await startAndStop()).toMatch(/Installing[^]*Listening/);
  });

  it('installs again what an install that was cut short has left', async () => {
    await startAndStop();
    await checkout.remove('node_modules/.modeldock-installed');
    await checkout.remove('node_modules/.package-lock.json');
    expect(await startAndStop()).toContain('Installing');
  });

  it('accepts what npm, run by hand, has installed', async () => {
    expect(await checkout.run('npm', 'ci', '--silent').ended).toBe(0);
    expect(await startAndStop()).not.toContain('Installing');
  });

  it('sets up once when it is started twice at the same time', async () => {
    const starts = [checkout.run('npm', 'start'), checkout.run('npm', 'start')];
    const outputs = await Promise.all(starts.map((start) => start.printed('Listening, hello')));
    for (const start of starts) start.signal('SIGTERM');
    expect(await Promise.all(starts.map(({ ended }) => ended))).toEqual([0, 0]);
    expect(outputs.filter((output) => output.includes('Installing'))).toHaveLength(1);
    expect(outputs.filter((output) => output.includes('Building'))).toHaveLength(1);
  });

  it('takes over the lock of a process that is gone', async () => {
    const gone = checkout.run(process.execPath, '--eval', 'console.log(process.pid)');
    await gone.ended;
    await checkout.write('dist/.set-up.lock', gone.output().trim());
    expect(await startAndStop()).toContain('Installing');
  });

  it('waits for a process that is setting up', async () => {
    await checkout.write('dist/.set-up.lock', String(process.pid));
    const start = checkout.run('npm', 'start');
    const waiting = await start.printed(`Waiting for process ${process.pid}`);
    expect(waiting).not.toContain('Installing');
    await checkout.remove('dist/.set-up.lock');
    await start.printed('Listening');
    start.signal('SIGTERM');
    expect(await start.ended).toBe(0);
  });

  it('names the Node that is needed under one that is too old', async () => {
    const manifest = await checkout.read('package.json');
    await checkout.write('package.json', manifest.replace(/"node":">=[\d.]+"/, '"node":">=99.1"'));
    const start = checkout.run(process.execPath, 'scripts/start.mjs');
    expect(await start.ended).toBe(1);
    expect(start.output()).toContain(
      `Cannot run under Node ${process.version}: expected Node 99.1 or newer. Install one from https://nodejs.org`,
    );
    expect(start.output()).not.toContain('Installing');
  });

  it('takes the compiler with it when it is stopped while it builds', async () => {
    await startAndStop();
    const compiler = "console.error('compiler ' + process.pid); setInterval(() => undefined, 1000);";
    await checkout.write('compiler/bin/tsc', compiler);
    await checkout.write('src/server/word.ts', "export const word: string = 'never';\n");
    const start = checkout.run('npm', 'start');
    const pid = Number(/compiler (\d+)/.exec(await start.printed('compiler '))![1]);
    start.signal('SIGTERM');
    expect(await start.ended).toBe(128 + 15);
    expect(start.output()).toContain('Stopped by SIGTERM');
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    await expect(checkout.read('dist/.set-up.lock')).rejects.toThrow('ENOENT');
  });
});
