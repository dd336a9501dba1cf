import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createDock, type SimulatedDock } from '../../src/index.js';
import { connect, toReplayToken } from '../../src/testing/index.js';
import { run, start, startListening } from './command.js';

/** A world in which much was decided, as a test in process left it. */
async function leftWorld(): Promise<SimulatedDock> {
  const dock = createDock({ seed: 'checkout', now: '2025-10-03T15:33:23.496Z', speed: 0, jobIds: ['job_a', 'job_b'] });
  for (const model of ['simulate/fails-at-50', 'qwen/qwen3-8b']) {
    await dock.api.fetch(
      new Request('http://localhost:1234/api/v1/models/download', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ model }),
      }),
    );
  }
  await dock.models.add('ibm/granite-4-micro');
  await dock.scenario.set({ scenario: 'flaky' });
  await dock.clock.advance(7777);
  await dock.jobs.pause('job_b');
  await dock.faults.add({ when: { route: 'status' }, effect: { type: 'status', status: 503 }, times: 2 });
  return dock;
}

async function emptyCatalog(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'modeldock-replay-test-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'catalog.json');
  await writeFile(file, '[]');
  return file;
}

describe('modeldock --replay', () => {
  it('restores a session exactly, from a token', async () => {
    const dock = await leftWorld();
    const { url } = await startListening(['--replay', await toReplayToken(await dock.snapshot())]);
    const brought = connect(url);
    expect(await brought.snapshot()).toEqual(await dock.snapshot());
    expect(await brought.jobs.list()).toEqual(await dock.jobs.list());
    expect(await brought.clock.advance({ until: { job: 'job_a', status: 'failed' } }).catch(String)).toEqual(
      await dock.clock.advance({ until: { job: 'job_a', status: 'failed' } }).catch(String),
    );
    for (const status of [503, 503, 200]) {
      expect((await fetch(`${url}/api/v1/models/download/status/job_b`)).status).toBe(status);
    }
  });

  it('restores it from a file', async () => {
    const dock = await leftWorld();
    const folder = await mkdtemp(join(tmpdir(), 'modeldock-replay-test-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, 'world.mdk');
    await writeFile(file, `${await toReplayToken(await dock.snapshot())}\n`);
    const { url } = await startListening([], { env: { MODELDOCK_REPLAY: file } });
    expect(await connect(url).snapshot()).toEqual(await dock.snapshot());
  });

  it('restores it from a file with the JSON of a snapshot', async () => {
    const dock = await leftWorld();
    const folder = await mkdtemp(join(tmpdir(), 'modeldock-replay-test-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, 'world.json');
    await writeFile(file, JSON.stringify(await dock.snapshot(), null, 2));
    const { url } = await startListening(['--replay', file]);
    expect(await connect(url).snapshot()).toEqual(await dock.snapshot());
  });

  it('begins the other sessions as it would without', async () => {
    const token = await toReplayToken(await (await leftWorld()).snapshot());
    const { url } = await startListening(['--replay', token]);
    expect(await connect(url, { session: 'another' }).status()).toMatchObject({ jobs: 0, faults: 0 });
  });

  it.each([
    ['scenario flaky, frozen, profile documented', leftWorld],
    [
      'scenario slow, 3× real time, profile strict',
      () => createDock({ scenario: 'slow', speed: 3, profile: 'strict' }),
    ],
    [
      'scenario custom, 500 ms per poll, profile lmstudio-0.4',
      () => createDock({ scenario: { steps: [{ type: 'stall' }] }, msPerPoll: 500, profile: 'lmstudio-0.4' }),
    ],
  ])('prints what the restored session plays, not the defaults: %s', async (playing, leave) => {
    const snapshot = await (await leave()).snapshot();
    const started = start(['--port', '0', '--replay', await toReplayToken(snapshot)]);
    await expect.poll(started.stdout).toContain(`Playing    ${playing}\n`);
    expect(started.stdout()).toContain(
      `Replaying  a session restored at ${new Date(snapshot.clock.now).toISOString()}\n`,
    );
  });

  it('prints the name of a scenario that another server was started with, which it printed in full', async () => {
    const { url } = await startListening(['--scenario', 'slow', '--frozen']);
    const started = start(['--port', '0', '--replay', await toReplayToken(await connect(url).snapshot())]);
    await expect.poll(started.stdout).toContain('scenario slow, frozen');
  });

  it.each([
    ['--scenario', 'slow'],
    ['--speed', '2'],
    ['--frozen'],
    ['--seed', 'another'],
    ['--profile', 'strict'],
    ['--catalog'],
  ])('refuses %s beside it, which it passed over', async (...flag) => {
    const token = await toReplayToken(await (await leftWorld()).snapshot());
    const given = flag[0] === '--catalog' ? [flag[0], await emptyCatalog()] : flag;
    const { code, stdout, stderr } = await run(['--port', '0', '--replay', token, ...given]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(new RegExp(`'--replay <token\\|file>' cannot be used with option '${flag[0]}\\b`));
  });

  it.each([
    ['a token that was cut off', 'mdk1.eJyrVsrNT0', 'expected a whole token, found one that was cut off or changed'],
    ['a token of another version', 'mdk9.eJyrVsrNT0', 'expected version mdk1, found mdk9'],
    [
      'a file that is not there',
      '/no/such/file.mdk',
      'expected a replay token (mdk1.…), or a file with one or with a snapshot as JSON, found /no/such/file.mdk.',
    ],
    ['a file that holds something else', 'package.json', 'Cannot restore this snapshot'],
  ])('refuses %s, and does not listen', async (_, given, reason) => {
    const { code, stdout, stderr } = await run(['--port', '0', '--replay', given]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(reason);
    expect(stderr).not.toContain('    at ');
  });
});
