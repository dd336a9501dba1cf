import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createDock, parseScenario } from '../../src/index.js';
import { download, operate, run, start } from '../server/command.js';
import { until } from '../until.js';
import { served } from './proxied.js';

const TOKEN = 'sk-lm-abcd1234:0123456789abcdefghij';

it('stands in front of a server, records its downloads, and ends with 0 on SIGTERM', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'modeldock-proxy-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'trace.json');
  const scenario = { steps: [{ type: 'transfer', bytesPerSecond: 1e12 } as const] };
  const upstream = createDock({ scenario, requireToken: TOKEN });
  const proxy = start(['proxy', await served(upstream.api), '--record', file, '--port', '0', '--json']);
  const { url } = await proxy.ready();
  const headers = { Authorization: `Bearer ${TOKEN}` };

  const { body: started } = await download(url, 'ibm/granite-4-micro', headers);
  expect(started).toMatchObject({ total_size_bytes: 2_279_145_003 });
  await until(async () => {
    const answer = await fetch(`${url}/api/v1/models/download/status/${String(started.job_id)}`, { headers });
    return ((await answer.json()) as { status: string }).status === 'completed';
  });
  expect((await operate(url, 'GET', '/health')).body).toMatchObject({ engine: 'proxied', jobs: 1 });

  proxy.signal('SIGTERM');
  expect(await proxy.ended).toBe(0);
  const recorded = parseScenario(JSON.parse(await readFile(file, 'utf8')));
  expect(recorded).toMatchObject({ name: 'ibm/granite-4-micro', steps: [{ type: 'trace' }] });
  expect(proxy.stderr()).toContain(`modeldock --scenario ${file} plays it again`);
  expect(proxy.stdout() + proxy.stderr()).not.toContain(TOKEN);
});

it('says what it cannot forward to, without its password', async () => {
  const { code, stdout, stderr } = await run(['proxy', 'http://me:secret-password@localhost:1234']);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain(
    'Cannot forward to "http://localhost:1234": expected the URL of a server without user and query',
  );
  expect(stderr).not.toContain('secret-password');
});
