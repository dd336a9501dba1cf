import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Settings } from '../../src/server/settings.js';
import { download, operate, run, startListening, type Ready } from './command.js';
import { parse } from './command-line.js';

let folder: string;
let wrongScenario: string;
let ownScenario: string;
let ownCatalog: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modeldock-settings-'));
  const write = async (name: string, content: unknown): Promise<string> => {
    await writeFile(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
    return join(folder, name);
  };
  wrongScenario = await write('wrong.json', { steps: [{ type: 'transfer', bytesPerSecond: -1 }] });
  ownScenario = await write('own.json', {
    steps: [
      { type: 'stall', ms: 10 },
      { type: 'fail', code: 'network_error' },
    ],
  });
  ownCatalog = await write('catalog.json', []);
});

afterAll(() => rm(folder, { recursive: true }));

/** A flag, a value, and how the server shows that it took it. */
interface Flag {
  flag: string;
  value: () => string;
  shows: (ready: Ready) => Promise<unknown>;
  as: unknown;
}

const status = async (url: string, path: string, headers: Record<string, string> = {}): Promise<number> =>
  (await fetch(url + path, { headers })).status;

const flags: Flag[] = [
  {
    flag: 'scenario',
    value: () => 'instant',
    shows: async ({ url }) => (await download(url, 'ibm/granite-4-micro')).body.status,
    as: 'completed',
  },
  {
    flag: 'scenario',
    value: () => ownScenario,
    shows: async ({ url }) => ((await operate(url, 'GET', '/scenario')).body as { scenario: unknown }).scenario,
    as: {
      steps: [
        { type: 'stall', ms: 10 },
        { type: 'fail', code: 'network_error' },
      ],
    },
  },
  {
    flag: 'speed',
    value: () => '60',
    shows: async ({ url }) => (await operate(url, 'GET', '/clock')).body,
    as: expect.objectContaining({ mode: 'running', speed: 60 }) as unknown,
  },
  {
    flag: 'profile',
    value: () => 'strict',
    shows: ({ url }) => status(url, '/no-such-route'),
    as: 404,
  },
  {
    flag: 'require-token',
    value: () => 'open-sesame',
    shows: async ({ url }) => [
      await status(url, '/api/v1/models'),
      await status(url, '/api/v1/models', { Authorization: 'Bearer open-sesame' }),
    ],
    as: [401, 200],
  },
  {
    flag: 'cors',
    value: () => 'http://localhost:5173',
    shows: async ({ url }) => (await fetch(`${url}/api/v1/models`)).headers.get('access-control-allow-origin'),
    as: 'http://localhost:5173',
  },
  {
    flag: 'allow-host',
    value: () => 'dock.test,other.test',
    shows: async ({ url }) => [
      await operateAs(url, 'dock.test'),
      await operateAs(url, 'other.test'),
      await operateAs(url, 'third.test'),
    ],
    as: [200, 200, 403],
  },
  {
    flag: 'control-token',
    value: () => 'operator',
    shows: async ({ url }) => [
      await status(url, '/__modeldock/health'),
      await status(url, '/__modeldock/health', { 'X-Modeldock-Token': 'operator' }),
    ],
    as: [403, 200],
  },
  {
    flag: 'catalog',
    value: () => ownCatalog,
    shows: async ({ url }) => (await download(url, 'ibm/granite-4-micro')).status,
    as: 404,
  },
  {
    flag: 'host',
    value: () => '127.0.0.1',
    shows: async ({ url }) =>
      fetch(url.replace('127.0.0.1', '[::1]')).catch((error: unknown) => (error as Error).message),
    as: 'fetch failed',
  },
  {
    flag: 'engine',
    value: () => 'simulated',
    shows: async ({ engine }) => engine,
    as: 'simulated',
  },
];

/** fetch sets Host itself. */
async function operateAs(url: string, host: string): Promise<number> {
  const { get } = await import('node:http');
  return new Promise((resolve, reject) => {
    get(`${url}/__modeldock/health`, { headers: { Host: host }, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode!);
    }).once('error', reject);
  });
}

/** What a command line that is right tells `serve`. */
async function settingsOf(args: readonly string[], env: Record<string, string> = {}): Promise<Settings> {
  const { settings, stderr } = await parse(args, env);
  expect(stderr).toBe('');
  return settings!;
}

const variableOf = (flag: string): string => `MODELDOCK_${flag.toUpperCase().replaceAll('-', '_')}`;

describe('a setting', () => {
  it.each(flags.map((each) => [each.flag, each] as const))(
    'is given as --%s and as its environment variable',
    async (flag, { value, shows, as }) => {
      expect(await shows(await startListening([`--${flag}`, value()]))).toEqual(as);
      const byFlag = await settingsOf([`--${flag}`, value()]);
      expect(await settingsOf([], { [variableOf(flag)]: value() })).toEqual(byFlag);
      if (flag !== 'engine') expect(byFlag).not.toEqual(await settingsOf([]));
    },
  );

  it('named --seed decides the ids of jobs', async () => {
    const idOf = async ({ url }: Ready): Promise<unknown> => (await download(url, 'simulate/slow')).body.job_id;
    const one = await idOf(await startListening(['--seed', 'one']));
    expect(one).toBe(await idOf(await startListening([], { env: { MODELDOCK_SEED: 'one' } })));
    expect(one).not.toBe(await idOf(await startListening(['--seed', 'two'])));
  });

  it('named --port is where it listens, as is its variable', async () => {
    const free = await startListening();
    const port = new URL(free.url).port;
    free.signal('SIGTERM');
    await free.ended;
    const again = await startListening(['--port', port]);
    expect(again.url).toBe(`http://127.0.0.1:${port}`);
    expect(await settingsOf([], { MODELDOCK_PORT: port })).toMatchObject({ port: Number(port) });
  });

  it.each([
    { value: '1', frozen: true },
    { value: 'TRUE', frozen: true },
    { value: '0', frozen: undefined },
    { value: 'off', frozen: undefined },
    { value: '', frozen: undefined },
  ])('that is a switch is $frozen with MODELDOCK_FROZEN=$value', async ({ value, frozen }) => {
    expect((await settingsOf([], { MODELDOCK_FROZEN: value })).frozen).toBe(frozen);
  });

  it('that is the switch --frozen stops the clock of the server', async () => {
    const { url } = await startListening([], { env: { MODELDOCK_FROZEN: '1' } });
    expect((await operate(url, 'GET', '/clock')).body).toMatchObject({ mode: 'frozen' });
  });

  it('on the command line wins over its variable', async () => {
    expect(await settingsOf(['--profile', 'strict'], { MODELDOCK_PROFILE: 'documented' })).toMatchObject({
      profile: 'strict',
    });
  });
});

describe('a wrong value', () => {
  it('ends the process with code 1, one sentence on stderr and nothing on stdout', async () => {
    const { code, stdout, stderr } = await run(['--speed', '0']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('Cannot use --speed: expected a number above 0, such as 0.5 or 60, found 0.');
  });

  it.each([
    ['port', 'x', 'a whole number from 0 to 65535'],
    ['port', '65536', 'a whole number from 0 to 65535'],
    ['host', '', 'an address of this machine'],
    ['engine', 'imagined', 'simulated, real'],
    ['scenario', 'no-such-story', 'a JSON file, or one of docs-example, steady, instant'],
    ['speed', '0', 'a number above 0, such as 0.5 or 60'],
    ['speed', 'Infinity', 'a number above 0'],
    ['profile', 'latest', 'documented, lmstudio-0.4, strict'],
    [
      'cors',
      'http://localhost:5173/page',
      '* or an origin such as http://localhost:5173 or tauri://localhost, without a path',
    ],
    ['allow-host', 'http://dock.test', 'names and addresses as in a URL'],
    ['catalog', '/no/such/file', 'a JSON file'],
    ['bandwidth', 'fast', 'bytes per second above 0, such as 500000, 800k, 10M, 10MB/s or 5MiB'],
    ['jobs-at-once', '0', 'a whole number above 0'],
    ['models-dir', '', 'the path of a folder'],
    ['log-level', 'loud', 'trace, debug, info, warn, error, fatal, silent'],
  ])('of --%s (%s), or of its variable, is refused with what was expected and found', async (flag, value, expected) => {
    const byFlag = await parse([`--${flag}`, value]);
    expect(byFlag).toMatchObject({ code: 1, stdout: '' });
    expect(byFlag.stderr).toContain(`modeldock: Cannot use --${flag}: expected ${expected}`);
    expect(byFlag.stderr).toContain(`, found ${value === '' ? 'nothing' : value}.`);

    const variable = variableOf(flag);
    const byVariable = await parse([], { [variable]: value });
    expect(byVariable).toMatchObject({ code: 1, stdout: '' });
    expect(byVariable.stderr).toContain(`modeldock: Cannot use ${variable}: expected ${expected}`);
    expect(byVariable.stderr).toContain(`, found ${value === '' ? 'nothing' : value}.`);
  });

  it.each(['frozen', 'json'])('of the switch --%s is named with its variable', async (flag) => {
    const variable = variableOf(flag);
    const { code, stdout, stderr } = await parse([], { [variable]: 'maybe' });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(
      `modeldock: Cannot use ${variable}: expected 1, true, yes or on, or 0, false, no, off or nothing, found maybe.\n`,
    );
  });

  it.each(['require-token', 'control-token'])('of --%s is not repeated, because it may be a secret', async (flag) => {
    for (const started of [
      await parse([`--${flag}`, 'open sesame']),
      await parse([], { [variableOf(flag)]: 'open sesame' }),
    ]) {
      expect(started).toMatchObject({ code: 1, stdout: '' });
      expect(started.stderr).toContain(`Cannot use --${flag}: expected visible ASCII without spaces`);
      expect(started.stderr).not.toContain('sesame');
    }
  });

  it('in a scenario or a catalog is reported with its place and its path', async () => {
    const scenario = await parse(['--scenario', wrongScenario]);
    expect(scenario).toMatchObject({ code: 1, stdout: '' });
    expect(scenario.stderr).toContain('Cannot play this scenario:\n');
    expect(scenario.stderr).toContain(
      `  ${wrongScenario}:1:47: steps[0].bytesPerSecond: expected a number above 0, found -1`,
    );

    const catalog = await parse(['--catalog', wrongScenario]);
    expect(catalog).toMatchObject({ code: 1, stdout: '' });
    expect(catalog.stderr).toContain(wrongScenario);
    expect(catalog.stderr).toMatch(/expected/);
  });

  it('is a flag that does not exist, or an argument of serve', async () => {
    const flag = await parse(['--fast']);
    expect(flag).toMatchObject({ code: 1, stdout: '' });
    expect(flag.stderr).toContain("unknown option '--fast'");
    expect(flag.stderr).toContain('modeldock --help');
    expect(await parse(['serve', 'something'])).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'modeldock: Cannot serve something: expected only flags, found something. modeldock --help lists the flags.\n',
    });
  });

  it('is a command that does not exist, which Commander takes for an argument of serve', async () => {
    for (const args of [['frobnicate'], ['frobnicate', '--port', '0']]) {
      expect(await parse(args)).toEqual({
        code: 1,
        stdout: '',
        stderr: expect.stringMatching(
          /^modeldock: Cannot run frobnicate: expected one of the commands serve, (\w+, )+found frobnicate\.\n$/,
        ) as string,
      });
    }
  });

  it('are --frozen and --speed together, from wherever they come', async () => {
    for (const started of [
      await parse(['--frozen', '--speed', '2']),
      await parse(['--speed', '2'], { MODELDOCK_FROZEN: '1' }),
    ]) {
      expect(started).toMatchObject({ code: 1, stdout: '' });
      expect(started.stderr).toMatch(/'(--frozen|MODELDOCK_FROZEN)' cannot be used with option '--speed/);
    }
  });

  it.each([
    ['--scenario', 'instant', '--engine', 'real'],
    ['--speed', '2', '--engine', 'real'],
    ['--seed', 'x', '--engine', 'real'],
    ['--bandwidth', '5M', '--engine', 'simulated'],
    ['--models-dir', 'models', '--engine', 'simulated'],
    ['--jobs-at-once', '2', '--engine', 'simulated'],
    ['--record', 'trace.json', '--engine', 'simulated'],
  ])('is %s %s with %s %s, where it would do nothing', async (flag, value, engine, name) => {
    const { code, stdout, stderr } = await parse([flag, value, engine, name]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    const other = name === 'real' ? 'simulated' : 'real';
    expect(stderr).toBe(
      `modeldock: Cannot use ${flag} with --engine ${name}: it is for --engine ${other} only. Leave one of them out.\n`,
    );
  });

  it('is a switch or a file of a simulation with --engine real, and one from the environment too', async () => {
    for (const args of [['--frozen'], ['--catalog', ownCatalog], ['--replay', ownCatalog]]) {
      const { code, stderr } = await parse(['--engine', 'real', ...args]);
      expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining(args[0]!) as string });
    }
    const { stderr } = await parse(['--engine', 'real'], { MODELDOCK_SCENARIO: 'instant' });
    expect(stderr).toContain('Cannot use MODELDOCK_SCENARIO with --engine real');
  });

  it('is not a variable that `modeldock get` reads as well', async () => {
    const settings = await settingsOf([], { MODELDOCK_MODELS_DIR: folder, MODELDOCK_BANDWIDTH: '5M' });
    expect(settings.engine).toBe('simulated');
  });
});
