import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { plainEnvironment } from '../plain-environment.js';
import { until } from '../until.js';
import { cli, download, logLines, operate, startListening } from './command.js';

const canScript = process.platform === 'linux' && existsSync('/usr/bin/script');

const DEBUG = 20;
const WARNING = 40;
const ERROR = 50;

const warnings = (stderr: string): string[] =>
  logLines(stderr)
    .filter(({ level }) => level === WARNING)
    .map(({ msg }) => msg);

describe('the log', () => {
  it('warns of an unknown route once, and says why it is easy to miss', async () => {
    const { url, stderr } = await startListening();
    for (let call = 1; call <= 3; call++) await fetch(`${url}/api/v2/models?call=${call}`);
    await fetch(`${url}/api/v1/models/download`, { method: 'DELETE' });
    await expect.poll(() => warnings(stderr())).toHaveLength(2);
    expect(warnings(stderr())).toEqual([
      'GET /api/v2/models is not a route of LM Studio. As in LM Studio, the answer outside /api/v1 is 200 with an error in the body.',
      'DELETE /api/v1/models/download is not a route of LM Studio. The answer is 404.',
    ]);
  });

  it('reports the answer to an unknown route, in the strict profile too', async () => {
    const { url, stderr } = await startListening(['--profile', 'strict']);
    expect((await fetch(`${url}/nope`)).status).toBe(404);
    await expect.poll(() => warnings(stderr())).toEqual(['GET /nope is not a route of LM Studio. The answer is 404.']);
  });

  it('warns once about each foreign origin, with what to switch on here and in LM Studio', async () => {
    const { url, stderr } = await startListening();
    const call = (origin: string) => fetch(`${url}/api/v1/models`, { headers: { Origin: origin } });
    for (let time = 1; time <= 3; time++) await call('http://localhost:5173');
    await call('http://localhost:3000');
    await call(url);
    await expect.poll(() => warnings(stderr())).toHaveLength(2);
    expect(warnings(stderr())).toEqual([
      'A page of http://localhost:5173 calls, and CORS is off: its browser hides the answers. Start modeldock with ' +
        '--cors, and LM Studio with `lms server start --cors` or "Enable CORS" in its server settings.',
      expect.stringContaining('A page of http://localhost:3000 calls'),
    ]);
  });

  it('does not warn about origins with --cors', async () => {
    const { url, stderr } = await startListening(['--cors']);
    const { headers } = await fetch(`${url}/api/v1/models`, { headers: { Origin: 'http://localhost:5173' } });
    expect(headers.get('access-control-allow-origin')).toBe('*');
    await fetch(`${url}/the-end`);
    await expect.poll(() => warnings(stderr()).at(-1)).toContain('/the-end');
    expect(warnings(stderr())).toHaveLength(1);
  });

  it('stays small, however many routes and origins are made up', async () => {
    const { url, stderr } = await startListening();
    const long = 'x'.repeat(8000);
    for (let call = 0; call < 300; call++) {
      await fetch(`${url}/${call}/${long}`, { headers: { Origin: `http://${call}.${long}.test` } });
    }
    expect(warnings(stderr()).length).toBe(200);
    // Each call has a line as well.
    expect(stderr().length).toBeLessThan(500 * 500);
  });

  it('lists the test models once for each unknown one', async () => {
    const { url, stderr } = await startListening();
    const asked = [
      'simulate/stalls-at-101',
      'simulate/stalls-at-101',
      'https://huggingface.co/simulate/nonsense',
      'simulate/not-found',
      'simulate/no-gguf-run-1',
      'https://huggingface.co/simulate/not-found',
      'bartowski/no-such-model',
      'https://huggingface.co/somebody/simulate',
    ];
    for (const model of asked) await download(`${url}/s/mistyped`, model);
    const { status } = await fetch(`${url}/s/mistyped/api/v1/models/download`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ model: 'https://huggingface.co/simulate/fails-at-50', quantization: 'Q9_9' }),
    });
    expect(status).toBe(404);
    await fetch(`${url}/the-end`);
    await expect.poll(() => warnings(stderr()).at(-1)).toContain('/the-end');
    const stories = warnings(stderr()).slice(0, -1);
    expect(stories).toEqual([
      expect.stringMatching(/^No test model is called simulate\/stalls-at-101, .* are: instant, steady, .*stalls-at-N/),
      expect.stringContaining('No test model is called https://huggingface.co/simulate/nonsense,'),
    ]);
  });

  it('has each call of a client at debug as a line of JSON, with its session, its model and the fault that changed it', async () => {
    const { url, stderr } = await startListening(['--log-level', 'debug']);
    await operate(`${url}/s/one`, 'POST', '/faults', { body: { effect: { type: 'status', status: 503 }, times: 1 } });
    await fetch(`${url}/s/one/api/v1/models`);
    await download(url, 'simulate/steady', { 'X-Modeldock-Session': 'two' });
    await fetch(`${url}/api/v1/models`);
    const calls = () =>
      logLines(stderr()).filter(({ msg, path }) => msg === 'call' && path?.includes('/__modeldock') === false);
    await expect.poll(calls).toHaveLength(3);
    const call = { level: DEBUG, time: expect.any(Number) as number, ms: expect.any(Number) as number, msg: 'call' };
    const list = { ...call, method: 'GET', path: '/api/v1/models' };
    expect(calls()).toEqual([
      { ...list, status: 503, session: 'one', fault: expect.stringMatching(/^\S+ \(status\)$/) as string },
      {
        ...call,
        method: 'POST',
        path: '/api/v1/models/download',
        status: 200,
        model: 'simulate/steady',
        session: 'two',
      },
      { ...list, status: 200 },
    ]);
  });

  it('has calls of the control API at debug only', async () => {
    const { url, stderr } = await startListening(['--log-level', 'debug']);
    await operate(url, 'GET', '/health');
    await expect.poll(stderr).toContain('"path":"/__modeldock/health"');
    expect(logLines(stderr()).at(-1)).toMatchObject({ level: DEBUG, msg: 'call', status: 200 });
  });

  it.skipIf(!canScript)('has one short line for each call on a terminal', async () => {
    const { CI: _, FORCE_COLOR: __, ...plain } = plainEnvironment();
    const child = spawn('script', ['-qec', `'${process.execPath}' '${cli}' --port 0 --json`, '/dev/null'], {
      env: { ...plain, TERM: 'xterm-256color', NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    let shown = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (shown += text));
    await until(() => shown.includes('\n'));
    const { url, pid } = JSON.parse(shown) as { url: string; pid: number };
    onTestFinished(() => void process.kill(pid, 'SIGKILL'));
    await download(`${url}/s/demo`, 'simulate/steady');
    await until(() => shown.includes('session demo'));
    expect(shown.split('\n')[1]).toMatch(
      /^\[\d\d:\d\d:\d\d\] INFO: POST {2}\/api\/v1\/models\/download {2}200 {2}\d+ ms {2}simulate\/steady {2}session demo\r$/,
    );
  });

  it('is silent with --log-level silent', async () => {
    const started = await startListening(['--log-level', 'silent']);
    await fetch(`${started.url}/no-such-route`, { headers: { Origin: 'http://localhost:5173' } });
    started.signal('SIGTERM');
    expect(await started.ended).toBe(0);
    expect(started.stderr()).toBe('');
  });

  it('never has a secret', async () => {
    const secrets = { required: 'open-sesame-1', control: 'open-sesame-2', wrong: 'sk-lm-open-sesame-3' };
    const started = await startListening([
      ...['--log-level', 'trace', '--require-token', secrets.required, '--control-token', secrets.control],
    ]);
    const { url, stderr } = started;
    const authorization = { Authorization: `Bearer ${secrets.required}` };
    expect((await download(url, 'simulate/slow', authorization)).status).toBe(200);
    expect((await download(url, 'simulate/slow', { Authorization: `Bearer ${secrets.wrong}` })).status).toBe(401);
    await fetch(`${url}/no-such-route?token=${secrets.required}`, { headers: authorization });
    await fetch(`${url}/v1/hf_sesame0123456789;token=sesame`, {
      headers: { ...authorization, Origin: 'http://me:sesame@page.test' },
    });
    const headers = { 'X-Modeldock-Token': secrets.control };
    const journal = await operate(url, 'GET', '/journal', { headers });
    expect(journal.status).toBe(200);
    expect(JSON.stringify(journal.body)).not.toContain(secrets.control);
    expect((await operate(url, 'GET', '/journal', { headers: { Authorization: secrets.wrong } })).status).toBe(403);
    await expect.poll(stderr).toContain('/__modeldock/journal');
    started.signal('SIGTERM');
    await started.ended;
    expect(stderr()).not.toContain('sesame');
    expect(logLines(stderr()).filter(({ level }) => level >= ERROR)).toEqual([]);
  });
});
