import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkOut } from '../setup/checkout.js';
import { run, start, startListening, type StartOptions } from './command.js';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const ESCAPE = String.fromCharCode(27);

/** What a person reads. */
async function welcomed(args: readonly string[] = [], options: StartOptions = {}): Promise<string> {
  const started = start(['--port', '0', ...args], options);
  await expect.poll(started.stdout).toContain('Ctrl-C');
  return started.stdout();
}

/** The lines from one that begins with `curl` to the last that continues it. */
function curlLines(text: string): string[] {
  return [...text.matchAll(/^curl (?:.*\\\n)*.*$/gm)].map(([line]) => line);
}

async function hasCurl(): Promise<boolean> {
  return promisify(execFile)('curl', ['--version']).then(
    () => true,
    () => false,
  );
}
const canCurl = process.platform !== 'win32' && (await hasCurl());

async function shell(line: string, env: Record<string, string> = {}): Promise<unknown> {
  const { stdout } = await promisify(execFile)('sh', ['-c', `${line} --silent`], { env: { ...process.env, ...env } });
  return JSON.parse(stdout);
}

describe('modeldock', () => {
  it('says with --json where it listens, on one line and nothing else', async () => {
    const started = await startListening();
    expect(JSON.parse(started.stdout())).toEqual({ url: started.url, engine: 'simulated', pid: started.pid });
    expect(started.stdout()).toMatch(/^\{.*\}\n$/);
    expect(started.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);

    await fetch(`${started.url}/no-such-route`);
    await expect.poll(started.stderr).toContain('no-such-route');
    started.signal('SIGTERM');
    expect(await started.ended).toBe(0);
    expect(started.stdout().split('\n')).toHaveLength(2);
  });

  it('serves as well when it is asked to by name', async () => {
    const started = start(['serve', '--port', '0', '--json']);
    expect((await started.ready()).engine).toBe('simulated');
  });

  it('prints its version', async () => {
    expect(await run(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it.each([[['--help']], [['serve', '--help']], [['help', 'serve']]])('lists its flags with %j', async (args) => {
    const { code, stdout, stderr } = await run(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const name of ['PORT', 'HOST', 'ENGINE', 'SCENARIO', 'SPEED', 'FROZEN', 'SEED', 'PROFILE', 'REQUIRE_TOKEN']) {
      expect(stdout.replace(/\s+/g, ' ')).toContain(`env: MODELDOCK_${name}`);
    }
    for (const name of ['CORS', 'CATALOG', 'LOG_LEVEL', 'JSON', 'ALLOW_HOST', 'CONTROL_TOKEN']) {
      expect(stdout.replace(/\s+/g, ' ')).toContain(`env: MODELDOCK_${name}`);
    }
  });
});

describe('a command that was typed wrongly', () => {
  it.each([
    [['--colour'], 'modeldock --help'],
    [['serve', '--colour'], 'modeldock --help'],
    [['list', '--jsn'], 'modeldock list --help'],
    [['get'], 'modeldock get --help'],
    [['update', 'a', 'b'], 'modeldock update --help'],
    [['remove'], 'modeldock remove --help'],
    [['hub', '--colour'], 'modeldock hub --help'],
  ])('names the help with its own flags: %j', async (args, help) => {
    const { stdout, stderr } = await run(args);
    expect(stdout).toBe('');
    expect(stderr).toContain(`\nRun ${help} for all options.\n`);
  });

  it('names the help as it is typed in a checkout', async () => {
    const { stderr } = await run(['list', '--jsn'], { env: { MODELDOCK_COMMAND: 'npm start --' } });
    expect(stderr).toContain('Run npm start -- list --help for all options.');
  });
});

describe('the welcome', () => {
  it('tells a person the addresses, what is played, and where to look next', async () => {
    const text = await welcomed(['--scenario', 'slow', '--speed', '60', '--profile', 'strict']);
    expect(text).toContain(`modeldock ${version}`);
    expect(text).toMatch(/Listening {2}http:\/\/127\.0\.0\.1:(\d+)\n {13}http:\/\/\[::1\]:\1\n/);
    expect(text).toContain('scenario slow, 60× real time, profile strict');
    expect(text).toMatch(/Operate {4}http:\/\/localhost:\d+\/__modeldock\/health/);
    expect(text).toContain('modeldock --help');
    expect(await welcomed(['--frozen'])).toContain('scenario steady, frozen, profile documented');
  });

  it.each([[[]], [['--engine', 'real', '--models-dir', '/tmp']]])(
    'names the flags as they are asked for in a checkout, where there is no modeldock: %j',
    async (args) => {
      expect(await welcomed(args)).toMatch(/Flags +modeldock --help\n/);
      const text = await welcomed(args, { env: { MODELDOCK_COMMAND: 'npm start --' } });
      expect(text).toMatch(/Flags +npm start -- --help\n/);
      expect(text).not.toContain('modeldock --help');
    },
  );

  it('knows that it is a checkout from npm start', async () => {
    const checkout = await checkOut();
    onTestFinished(() => checkout.dispose());
    await checkout.write(
      'src/server/cli.ts',
      '// @ts-nocheck\nconsole.log(`Typed as ${process.env.MODELDOCK_COMMAND}.`);\n',
    );
    const started = checkout.run('npm', 'start');
    expect(await started.printed('Typed as')).toContain('Typed as npm start --.');
    expect(await started.ended).toBe(0);
  });

  it('names addresses that answer', async () => {
    const text = await welcomed();
    const addresses = [...text.matchAll(/(?:^|\s)(http:\/\/[^\s<]+)(?=\s)/g)].map(([, address]) => address!);
    expect(addresses.length).toBeGreaterThanOrEqual(4);
    for (const address of addresses) expect((await fetch(address)).status, address).toBeLessThan(500);
    const document = addresses.find((address) => address.endsWith('openapi.json'))!;
    expect(await (await fetch(document)).json()).toMatchObject({ openapi: expect.stringMatching(/^3\.1/) as string });
  });

  it.skipIf(!canCurl)('has calls that can be typed as they stand there', async () => {
    const [download, poll] = curlLines(await welcomed(['--seed', 'typed']));
    const job = (await shell(download!)) as { job_id: string };
    expect(job).toMatchObject({ status: 'downloading', total_size_bytes: 2279145003 });
    expect(await shell(poll!.replace('<job_id>', job.job_id))).toMatchObject({ job_id: job.job_id });
  });

  it.skipIf(!canCurl)('has calls with a token where one is asked for, and not the token itself', async () => {
    const text = await welcomed(['--require-token', 'open-sesame']);
    expect(text).not.toContain('open-sesame');
    const [download, poll] = curlLines(text);
    const env = { LM_API_TOKEN: 'open-sesame' };
    const { job_id } = (await shell(download!, env)) as { job_id: string };
    expect(await shell(poll!.replace('<job_id>', job_id), env)).toMatchObject({ job_id });
    expect(await shell(download!, { LM_API_TOKEN: 'wrong' })).toHaveProperty('error.code', 'invalid_api_key');
  });

  it('fits a narrow window, apart from the calls', async () => {
    const text = await welcomed(['--host', '0.0.0.0']);
    const calls = curlLines(text).join('\n');
    const wide = text.split('\n').filter((line) => line.length > 64 && !calls.includes(line));
    expect(wide).toEqual([]);
  });

  it('has colours where they are shown or forced, and nowhere else', async () => {
    expect(await welcomed()).not.toContain(ESCAPE);
    expect(await welcomed([], { env: { FORCE_COLOR: '1' } })).toContain(
      `${ESCAPE}[1mmodeldock ${version}${ESCAPE}[22m`,
    );
    expect(await welcomed([], { env: { NO_COLOR: '1' } })).not.toContain(ESCAPE);
  });
});
