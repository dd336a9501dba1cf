import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { downloadPhases } from '../../src/core/downloader.js';
import { failureCodes, type RefusalCode } from '../../src/core/errors.js';
import { createHub, type Hub } from '../../src/hub/index.js';
import { exitCodes } from '../../src/server/downloads/exit-codes.js';
import { plainEnvironment } from '../plain-environment.js';
import { run, start, startListening } from '../server/command.js';
import { blocksOf, openWorkshop, readPage } from './snippets.js';

const PATH = 'docs/real-downloads.md';
const page = readPage(PATH);
const blocks = blocksOf(page);
const workshop = openWorkshop();

let hub: Hub;
let folder: string;
let env: Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modeldock-page-'));
  hub = await createHub({
    rateLimits: false,
    repos: [
      {
        id: 'lmstudio-community/Qwen3-0.6B-GGUF',
        files: [
          { path: 'Qwen3-0.6B-Q4_K_M.gguf', size: 2_000_000 },
          { path: 'Qwen3-0.6B-Q8_0.gguf', size: 3_000_000 },
        ],
      },
    ],
  });
  await hub.ready();
  env = { HF_ENDPOINT: hub.endpoint, HF_TOKEN: '', HF_HOME: join(folder, 'hf'), HOME: folder };
});

afterAll(async () => {
  workshop.remove();
  await hub.close();
  await rm(folder, { recursive: true });
});

/** The rows of the table under a heading, or of the one whose first column has that name. */
function rowsOf(heading: string): string[][] {
  const lines = page.split('\n');
  const header = lines.findIndex((line, index) => {
    return line.startsWith(`| ${heading} `) && /^\| -+/.test(lines[index + 1] ?? '');
  });
  expect(header, heading).toBeGreaterThan(0);
  const end = lines.findIndex((line, index) => index > header && !line.startsWith('|'));
  return lines.slice(header + 2, end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** Every code that the compiler knows. */
const refusals: Record<RefusalCode, true> = {
  ...{ model_not_found: true, no_compatible_option: true, catalog_quantization: true, bad_token: true },
  ...{ gated_no_token: true, gated_not_on_list: true, repo_disabled: true, missing_or_private: true },
  ...{ insufficient_space: true, hub_unavailable: true, offline: true, hub_error: true, redirect_refused: true },
  ...{ proxy_auth: true, unsafe_path: true, disk_error: true, model_busy: true, unrecorded_files: true },
  ...{ model_not_installed: true, instance_not_loaded: true, job_not_found: true, wrong_job_state: true },
};

describe('the page about real downloads', () => {
  const codesUnder = (heading: string): string[] =>
    [
      ...page
        .slice(page.indexOf(`## ${heading}`))
        .split('\n## ', 2)[0]!
        .matchAll(/^\| `(\w+)` /gm),
    ].map(([, code]) => code!);

  it('has every code with which a start can be refused, with what to do', () => {
    expect(codesUnder('When a start is refused').sort()).toEqual(Object.keys(refusals).sort());
  });

  it('has every code with which a job can fail or pause, with what to do', () => {
    expect(codesUnder('When a job fails or pauses').sort()).toEqual([...failureCodes].sort());
  });

  it('has every exit code', () => {
    expect(rowsOf('exit code').map(([code]) => Number(code))).toEqual(Object.values(exitCodes));
  });

  it('has the code with which the server and the hub refuse wrong use, which is another', async () => {
    expect(page).toMatch(/The server and `modeldock hub` end with 0 .*, and with 1 /s);
    for (const args of [['--colour'], ['hub', '--colour']]) expect((await run(args)).code).toBe(1);
    for (const name of ['get', 'list', 'update', 'remove']) expect((await run([name, '--colour'])).code).toBe(2);
  });

  it('has every phase', () => {
    for (const phase of downloadPhases) expect(page).toContain(`\`${phase}\``);
  });

  it('has every flag of the server that only this engine has, and no other', async () => {
    const named = rowsOf('flag').map(([cell]) => /--[\w-]+/.exec(cell!)![0]);
    const { stdout } = await run(['--help']);
    for (const flag of named) expect(stdout).toContain(flag);
    const { stdout: help } = await run(['get', '--help']);
    for (const [flag] of help.matchAll(/--(?:models|catalog|bandwidth)[\w-]*/g)) expect(named).toContain(flag);
    expect(named).toHaveLength(7);
  });

  it('is made of blocks of code, each of a kind that is run here', () => {
    expect(blocks.map(({ language, heading }) => [language, heading])).toEqual([
      ['sh', 'Real downloads'],
      ['sh', 'Real downloads'],
      ['sh', 'Controlling it'],
      ['yaml', 'Controlling it'],
      ['ts', 'In a program'],
    ]);
  });

  it('has a command that serves', async () => {
    const [, ...args] = blocks[0]!.text.trim().split(' ');
    expect(args.slice(0, 3)).toEqual(['--engine', 'real', '--models-dir']);
    // The port may be somebody else's, and the folder is to be ours; who gives two ports gets the last.
    const started = start([...args.slice(0, 3), join(folder, args[3]!), '--port', '0'], { env });
    await expect.poll(started.stdout).toContain('the downloads are actual ones');
    started.signal('SIGTERM');
    expect(await started.ended).toBe(0);
  });

  it('has a command that downloads', async () => {
    const [, ...args] = blocks[1]!.text.trim().split(' ');
    const models = join(folder, 'got');
    expect((await run([...args, '--models-dir', models], { env })).code).toBe(0);
    expect(existsSync(join(models, 'lmstudio-community/Qwen3-0.6B-GGUF/Qwen3-0.6B-Q8_0.gguf'))).toBe(true);
  });

  it('has calls that operate a server', { skip: process.platform === 'win32' }, async () => {
    const args = ['--engine', 'real', '--models-dir', join(folder, 'operated')];
    const { url, controlToken } = await startListening(args, { env });
    const calls = blocks[2]!.text.replaceAll('http://localhost:1234', url);
    const curl = 'curl() { command curl --silent --show-error --fail-with-body "$@"; }';
    const { stdout } = await promisify(execFile)('sh', ['-e', '-c', `${curl}\n${calls}`], {
      env: { ...plainEnvironment(), TOKEN: controlToken },
    });
    expect(stdout).toContain('"repo": "lmstudio-community/Qwen3-0.6B-GGUF"');
    expect(stdout).toContain('"bytesPerSecond": 5000000');
    expect(stdout).toContain('# TYPE modeldock_downloaded_bytes_total counter');
  });

  it('has a program that downloads', async () => {
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    try {
      const text = blocks[4]!.text.replace("['models']", JSON.stringify([join(folder, 'programmed')]));
      const { completed } = await workshop.run(text, 'export { completed };');
      expect(completed).toMatchObject({ state: 'completed', downloadedBytes: 2_000_000, quantization: 'Q4_K_M' });
    } finally {
      vi.unstubAllEnvs();
    }
  });
});
