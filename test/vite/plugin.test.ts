import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, createServer, type Logger, type ViteDevServer } from 'vite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { modeldock, type ModeldockPluginOptions } from '../../src/vite/index.js';
import { ask, poll } from '../runners/client.js';

let root: string;
let server: ViteDevServer | undefined;
let said: string[];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'modeldock-vite-'));
  said = [];
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  await rm(root, { recursive: true, force: true });
});

const write = (name: string, content: unknown): Promise<void> =>
  writeFile(join(root, name), typeof content === 'string' ? content : JSON.stringify(content));

async function start(options: ModeldockPluginOptions): Promise<string> {
  const note = (text: string): void => void said.push(text);
  const customLogger: Logger = { ...createLogger('silent'), info: note, warn: note, error: note };
  server = await createServer({
    root,
    configFile: false,
    customLogger,
    plugins: [modeldock(options)],
    server: { port: 0, host: '127.0.0.1', watch: { usePolling: true, interval: 20 } },
    optimizeDeps: { noDiscovery: true },
  });
  await server.listen();
  const { port } = server.httpServer!.address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
}

it('serves an LM Studio below its path, and leaves the rest to Vite', async () => {
  await write('index.html', '<title>The page</title>');
  const origin = await start({ path: '/lms', scenario: 'instant' });
  const job = await ask(`${origin}/lms`, 'ibm/granite-4-micro');
  expect(await poll(`${origin}/lms/s/another`, job)).toHaveProperty('error');
  expect(await poll(`${origin}/lms`, job)).toMatchObject({ status: 'completed' });
  expect(await (await fetch(origin)).text()).toContain('The page');
  expect(said.join('\n')).toContain('modeldock: LM Studio is at /lms');
});

it('logs calls, polls only where the status has changed, and each finding once', async () => {
  const origin = await start({ speed: 0 });
  const base = `${origin}/lmstudio`;
  const job = await ask(base, 'simulate/steady');
  for (let count = 0; count < 3; count++) await poll(base, job);
  await poll(base, 'undefined');
  await expect.poll(() => said.join('\n')).toContain('[status-of-undefined]');
  expect(said.filter((text) => text.includes(' → '))).toEqual([
    'modeldock: POST /api/v1/models/download → 200 downloading',
    `modeldock: GET /api/v1/models/download/status/${job} → 200 downloading`,
    'modeldock: GET /api/v1/models/download/status/undefined → 404',
  ]);
});

it('reads a changed scenario and a changed catalog again, and keeps what a wrong one said before', async () => {
  const model = (id: string): object => ({
    id,
    displayName: 'Rocket',
    type: 'llm',
    architecture: 'llama',
    maxContextLength: 8192,
    files: [{ repo: `${id}-GGUF`, format: 'gguf', quantization: 'Q4_K_M', sizeBytes: 1000 }],
  });
  const steps = (bytesPerSecond: number): object => ({ steps: [{ type: 'transfer', bytesPerSecond }] });
  await write('catalog.json', [model('acme/rocket-1')]);
  await write('scenario.json', steps(1));
  const origin = await start({ scenario: './scenario.json', catalog: './catalog.json', speed: 0 });
  const base = `${origin}/lmstudio`;
  const job = await ask(base, 'acme/rocket-1');

  await write('catalog.json', [model('acme/rocket-1'), model('acme/rocket-2')]);
  await expect.poll(() => ask(base, 'acme/rocket-2')).toMatch(/^job_/);
  expect(await poll(base, job)).toMatchObject({ status: 'downloading' });

  await write('scenario.json', '{ "steps": [{ "type": "transfer" }] }');
  await expect.poll(() => said.join('\n')).toContain('scenario.json:1:');
  expect(said.join('\n')).toContain('What was said before stays.');

  // The catalog may have been read while it was half written: its lines are not those of this change.
  said.length = 0;
  await write('scenario.json', { steps: [{ type: 'fail', code: 'disk_full' }] });
  await expect.poll(() => said.join('\n')).toContain('counts for new downloads');
  const failed = await ask(`${base}/s/another`, 'acme/rocket-1');
  expect(await poll(`${base}/s/another`, failed)).toMatchObject({ status: 'failed' });
});
