import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, symlink, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { validate } from 'dockerfile-utils';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { blocksOf, readPage } from '../docs/snippets.js';
import { plainEnvironment } from '../plain-environment.js';
import { cli, run } from '../server/command.js';
import { until } from '../until.js';

const text = readPage('Dockerfile');
/** Each instruction as its keyword and what follows it. */
const instructions = text
  .replaceAll(/^#.*\n/gm, '')
  .replaceAll(/\\\n\s*/g, '')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => /^(\S+) (.*)$/.exec(line)!.slice(1) as [keyword: string, rest: string]);
const restsOf = (all: typeof instructions, wanted: string): string[] =>
  all.filter(([keyword]) => keyword === wanted).map(([, rest]) => rest);
const image = instructions.slice(instructions.findLastIndex(([keyword]) => keyword === 'FROM'));

/** A command in JSON form, as it runs here: the image has the package elsewhere. */
function commandOf(keyword: string): string[] {
  const words = JSON.parse(/\[.*\]/.exec(restsOf(image, keyword)[0]!)![0]) as string[];
  return words.map((word) => word.replace('/app/node_modules/modeldock/dist/bin/modeldock.js', cli));
}

describe('the Dockerfile', () => {
  it('has nothing that a linter objects to', () => {
    expect(validate(text).map(({ message }) => message)).toEqual([]);
  });

  it('builds in stages, and leaves the tools of the build behind', () => {
    expect(restsOf(instructions, 'FROM').length).toBeGreaterThan(1);
    expect(restsOf(image, 'COPY')).toEqual(['--from=installed /app/node_modules ./node_modules']);
  });

  it('names a version of each image it begins with', () => {
    expect(restsOf(instructions, 'FROM').filter((from) => !/^node:\d+-slim( AS \w+)?$/.test(from))).toEqual([]);
  });

  it('does not run as root', () => {
    expect(restsOf(image, 'USER')).toEqual(['node']);
  });

  it('starts a server whose health check passes, and fails once the server has ended', async () => {
    const [, ...words] = commandOf('ENTRYPOINT');
    const variables = restsOf(image, 'ENV')
      .join(' ')
      .split(' ')
      .filter((each) => !each.startsWith('NODE_ENV'));
    const env = Object.fromEntries(variables.map((each) => each.split('=') as [string, string]));
    expect(env.MODELDOCK_HOST).toBe('0.0.0.0');
    const child = spawn(process.execPath, [...words, '--port', '0', '--json'], {
      env: { ...plainEnvironment(), ...env },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    let printed = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (printed += chunk));
    await until(() => printed.includes('\n'));
    const port = new URL((JSON.parse(printed) as { url: string }).url).port;
    const [, , ...check] = commandOf('HEALTHCHECK');
    const checked = () => run(check, { env: { ...env, MODELDOCK_PORT: port } });
    expect(await checked()).toEqual({ code: 0, stdout: '', stderr: '' });
    child.kill('SIGTERM');
    await until(() => child.exitCode === 0);
    expect(await checked()).toMatchObject({ code: 1, stderr: expect.stringContaining('Cannot reach') as string });
  });
});

interface Compose {
  services: Record<string, { environment: Record<string, string | null>; ports: string[]; build: string }>;
}

describe.each(['docker/compose.mock.yaml', 'docker/compose.real.yaml'])('%s', (path) => {
  const { services } = parse(readPage(path)) as Compose;
  const { environment, ports, build } = services.modeldock!;

  it('sets variables that there are', async () => {
    const { stdout } = await run(['--help']);
    const known = stdout.replaceAll(/\s+/g, ' ');
    const names = Object.keys(environment).filter((name) => name.startsWith('MODELDOCK_'));
    expect(names.length).toBeGreaterThan(1);
    for (const name of names) expect(known).toContain(`env: ${name}`);
  });

  it('builds this repository, and publishes the port on loopback only', () => {
    expect({ build, ports }).toEqual({ build: '..', ports: ['127.0.0.1:1234:1234'] });
  });
});

describe('the action', { skip: process.platform === 'win32' }, () => {
  const { runs, inputs } = parse(readPage('action.yml')) as {
    runs: { steps: { env: Record<string, string>; run: string }[] };
    inputs: Record<string, object>;
  };
  const [step] = runs.steps as [(typeof runs.steps)[number]];

  it('hands each of its inputs on', () => {
    const used = Object.values(step.env).map((value) => /inputs\.(\w+)/.exec(value)![1]);
    expect(used.sort()).toEqual(Object.keys(inputs).sort());
  });

  it('starts a server for the steps that follow', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'modeldock-action-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    await mkdir(join(folder, 'node_modules/.bin'), { recursive: true });
    await symlink(cli, join(folder, 'node_modules/.bin/modeldock'));
    const files = { GITHUB_ENV: join(folder, 'env'), GITHUB_OUTPUT: join(folder, 'output') };
    const env = {
      ...{
        ...plainEnvironment(),
        ...files,
        RUNNER_TEMP: folder,
        GITHUB_ACTION_PATH: new URL('../..', import.meta.url).pathname,
      },
      ...{ MODELDOCK_ACTION_PACKAGE: 'none', MODELDOCK_ACTION_FLAGS: '--frozen --profile strict' },
    };
    await promisify(execFile)('bash', ['-c', step.run], { cwd: folder, env });
    const { pid } = JSON.parse(await readFile(join(folder, 'modeldock/ready.json'), 'utf8')) as { pid: number };
    onTestFinished(() => void process.kill(pid, 'SIGKILL'));
    const url = (await readFile(files.GITHUB_ENV, 'utf8')).replace('MODELDOCK_URL=', '').trim();
    expect((await fetch(`${url}/no-such-route`)).status).toBe(404);
    expect(await readFile(files.GITHUB_OUTPUT, 'utf8')).toBe(`url=${url}\n`);

    const wrong = promisify(execFile)('bash', ['-c', step.run], {
      cwd: folder,
      env: { ...env, RUNNER_TEMP: join(folder, 'other'), MODELDOCK_ACTION_FLAGS: '--profile nothing' },
    });
    await expect(wrong).rejects.toMatchObject({ code: 1, stdout: expect.stringContaining('::error::') as string });
  });
});

describe('docs/containers.md', () => {
  it('has workflows that can be read, and files that are there', async () => {
    const page = readPage('docs/containers.md');
    const workflows = blocksOf(page).filter(({ language }) => language === 'yaml');
    expect(workflows).toHaveLength(2);
    for (const workflow of workflows) expect(parse(workflow.text)).toHaveProperty('jobs.test.steps');
    const composed = await readdir(new URL('../../docker', import.meta.url));
    for (const name of composed) expect(page).toContain(`docker/${name}`);
  });
});
