import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Api } from '../../src/api/api.js';
import { createDock, type SimulatedDockOptions } from '../../src/index.js';
import { serve } from '../../src/server/index.js';
import { runVerify } from '../../src/server/verify/run-verify.js';
import type { VerifySettings } from '../../src/server/verify/verify-settings.js';
import { cellsOf } from '../../src/server/downloads/cells.js';
import type { VerifyReport } from '../../src/verify/report.js';
import { run } from '../server/command.js';

const TOKEN = 'sk-lm-abcd1234:0123456789abcdefghij';

interface Run {
  code: number;
  out: string;
  err: string;
}

interface Setting extends Partial<VerifySettings> {
  url?: string | undefined;
  columns?: number;
  /** Called with the function that sends the signal. */
  onSignal?: (send: () => void) => void;
}

/** Runs `modeldock verify` in this process. */
async function verifying({ url, columns, onSignal, ...settings }: Setting): Promise<Run> {
  const written = { out: '', err: '' };
  const code = await runVerify(url, { poll: 1, patience: 600, ...settings }, '1.2.3', {
    out: (text) => (written.out += text),
    err: (text) => (written.err += text),
    screen: () => (columns === undefined ? undefined : { columns, colour: true }),
    drawsProgress: () => columns !== undefined,
    onSignal: (listener) => onSignal?.(listener),
  });
  return { code, ...written };
}

async function served(options: SimulatedDockOptions = {}, wrap: (api: Api) => Api = (api) => api): Promise<string> {
  const serving = await serve({ api: wrap(createDock(options).api), port: 0, host: '127.0.0.1' });
  onTestFinished(() => serving.close());
  return serving.url;
}

/** Hides that it is modeldock, and answers a few things as a released server might. */
function disguised(api: Api): Api {
  return {
    ...api,
    answer: async (call) => {
      const answer = await api.answer(call);
      if (answer === 'network error' || typeof answer.body !== 'string') return answer;
      if (call.path.startsWith('/__modeldock'))
        return { ...answer, body: '{"error":"Unexpected endpoint or method."}' };
      if (answer.body.includes('not found in model catalog')) {
        const error = { type: 'model_not_found', message: `No model. \u001b[31mAuthorization: Bearer ${TOKEN}` };
        return { ...answer, body: JSON.stringify({ error }, null, 2) };
      }
      return call.method === 'TRACE' ? { ...answer, status: 405 } : answer;
    },
  };
}

async function folder(): Promise<(name: string) => string> {
  const path = await mkdtemp(join(tmpdir(), 'modeldock-verify-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return (name) => join(path, name);
}

describe('modeldock verify', () => {
  it('ends with 0 where every row holds that could be tried, and says how many there are', async () => {
    const { code, out, err } = await verifying({ url: await served() });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/\n\d+ hold, 0 differ, \d+ could not be tried\n$/);
    expect(out).toContain('(modeldock), profile documented');
    expect(out).toMatch(/^✓ greeting +GET \/lmstudio-greeting says/m);
    expect(out).toMatch(/^– start +A start answers 200/m);
  });

  it('ends with 1 where a row differs, and shows what was expected and found, without secrets', async () => {
    const { code, out } = await verifying({ url: await served({}, disguised), token: TOKEN });
    expect(code).toBe(1);
    expect(out).toContain('profile lmstudio-0.4');
    const shown = out.slice(out.indexOf('✗ unknown-model-message (inferred)'));
    expect(shown).toContain('POST /api/v1/models/download  {"model":"modeldock-verify/no-such-model"}');
    expect(shown).toMatch(
      /expected\n {4}\{\n {4} {2}"error"[^]*not found in model catalog[^]*found\n {4}404\n[^]*No model\./,
    );
    expect(out).toContain('--out FILE');
    expect(out).not.toContain(TOKEN);
    expect(out).not.toContain('\u001b');
  });

  it('fits into a terminal, in colour', async () => {
    const { out } = await verifying({ url: await served({}, disguised), columns: 72 });
    expect(out).toContain('\u001b[32m✓\u001b[39m');
    const prose = out.split('\n').filter((line) => !line.startsWith('    ') && !line.includes('/api/v1/'));
    expect(prose.filter((line) => cellsOf(line) > 72)).toEqual([]);
  });

  it('prints the report as one line of JSON, and writes it as JUnit', async () => {
    const path = await folder();
    const url = await served({}, disguised);
    const { code, out } = await verifying({ url, json: true, junit: path('junit.xml'), note: 'LM Studio 0.4.25' });
    expect(code).toBe(1);
    expect(out.endsWith('\n') && !out.trimEnd().includes('\n')).toBe(true);
    const report = JSON.parse(out) as VerifyReport;
    expect(report).toMatchObject({
      format: 'modeldock-verify/1',
      modeldock: '1.2.3',
      url,
      isModeldock: false,
      profile: 'lmstudio-0.4',
      note: 'LM Studio 0.4.25',
    });
    expect(report.summary.differs).toBe(report.rows.filter(({ outcome }) => outcome === 'differs').length);
    const junit = await readFile(path('junit.xml'), 'utf8');
    expect(junit).toContain(`tests="${report.rows.length}" failures="${report.summary.differs}"`);
    expect([...junit.matchAll(/<testcase /g)]).toHaveLength(report.rows.length);
    expect([...junit.matchAll(/<failure /g)]).toHaveLength(report.summary.differs);
    expect(junit).not.toContain('\u001b');
    expect(junit).not.toContain(TOKEN);
  });

  it('makes no call before it is asked to', async () => {
    const calls: string[] = [];
    const url = await served({}, (api) => ({
      ...api,
      answer: (call) => {
        calls.push(`${call.method} ${call.path}`);
        return api.answer(call);
      },
    }));
    const dry = await verifying({ url, dryRun: true });
    expect(dry.code).toBe(0);
    expect(calls).toEqual([]);
    await verifying({ url });
    const announced = dry.out.split('\n').filter((line) => line.startsWith('  '));
    const made = new Set(calls);
    expect(made.size).toBeGreaterThan(20);
    expect([...made].filter((call) => !announced.some((line) => `${line}  `.startsWith(`  ${call}  `)))).toEqual([]);
  });

  it('downloads nothing unless it is asked to', async () => {
    const dock = createDock({ unknownModels: 'refuse' });
    const serving = await serve({ api: dock.api, port: 0, host: '127.0.0.1' });
    onTestFinished(() => serving.close());
    await verifying({ url: serving.url });
    expect(await dock.jobs.list()).toEqual([]);
    expect(await verifying({ url: serving.url, download: 'simulate/instant' })).toMatchObject({ code: 0 });
    expect(await dock.jobs.list()).toMatchObject([{ model: 'simulate/instant', state: 'completed' }]);
  });

  it('ends with 130 when it is interrupted, with what is known until then', async () => {
    let interrupt: () => void = () => undefined;
    const url = await served({}, (api) => ({
      ...api,
      answer: (call) => {
        if (call.path.includes('/download/status/job_') && !call.path.endsWith('0000000000')) interrupt();
        return api.answer(call);
      },
    }));
    const { code, out } = await verifying({
      url,
      download: 'simulate/slow',
      poll: 60_000,
      onSignal: (send) => (interrupt = send),
    });
    expect(code).toBe(130);
    expect(out.replaceAll(/\s+/g, ' ')).toContain('Not tried: it was interrupted; the download goes on.');
  });

  it('makes no further call once it is interrupted', async () => {
    let interrupt: () => void = () => undefined;
    let calls = 0;
    const url = await served({}, (api) => ({
      ...api,
      answer: (call) => {
        calls++;
        interrupt();
        return api.answer(call);
      },
    }));
    const { code, out } = await verifying({
      url,
      download: 'simulate/instant',
      onSignal: (send) => (interrupt = send),
    });
    expect(code).toBe(130);
    expect(calls).toBe(3);
    expect(out).toContain('0 hold, 0 differ');
  });

  it('ends with 69 where nothing listens, and with 77 where the server asks for a token', async () => {
    expect(await verifying({ url: 'http://127.0.0.1:1' })).toEqual({
      code: 69,
      out: '',
      err: expect.stringMatching(
        /^modeldock: Cannot verify http:\/\/127\.0\.0\.1:1: no program listens there \(ECONNREFUSED\)/,
      ) as string,
    });
    const turnedAway = await verifying({ url: await served({ requireToken: TOKEN }) });
    expect(turnedAway.code).toBe(77);
    expect(turnedAway.out).toContain('LM_API_TOKEN');
  });

  it('reports answers that break off, and those that do not end', async () => {
    const server = createServer((request, response) => {
      if (request.url === '/v1/models') response.socket!.destroy();
      else if (request.url !== '/api/v0/models') response.end('{}');
      else {
        const chunk = Buffer.alloc(1024 * 1024, ' ');
        const more = (): void => {
          if (!response.destroyed) response.write(chunk, more);
        };
        more();
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { code, out } = await verifying({ url, json: true });
    expect(code).toBe(1);
    const { rows } = JSON.parse(out) as VerifyReport;
    const found = (id: string): unknown => rows.find((row) => row.id === id)?.found;
    expect(found('openai-models')).toEqual({ noAnswer: 'the connection was closed without an answer (ECONNRESET)' });
    expect(found('legacy-models')).toEqual({ noAnswer: 'the answer does not end within 16 MiB' });
  });

  it('ends with 2 without a URL, and with 1 where a report cannot be written', async () => {
    expect(await verifying({})).toMatchObject({
      code: 2,
      err: expect.stringContaining('expected modeldock verify http') as string,
    });
    const { code, err } = await verifying({ url: await served(), out: '/no/such/folder/report.json' });
    expect(code).toBe(1);
    expect(err).toContain('Cannot write /no/such/folder/report.json');
  });

  it('is a command', async () => {
    const { code, stdout } = await run(['verify', `${await served()}/`]);
    expect(code).toBe(0);
    expect(stdout).toContain(' 0 differ');
    expect(await run(['verify', 'localhost:1234'])).toMatchObject({ code: 2, stdout: '' });
  });
});

describe('modeldock verify --apply', () => {
  it('shows which entries of inferred.ts a report settles, and how', async () => {
    const path = await folder();
    const url = await served({}, disguised);
    await verifying({ url, out: path('report.json'), note: 'LM Studio 0.4.25', token: TOKEN });
    const { code, out, err } = await verifying({ apply: path('report.json') });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('LM Studio 0.4.25');
    expect(out).toMatch(/^unknownModelMessage contradicted$/m);
    expect(out).toMatch(/^otherMethodsAreUnknownRoutes contradicted$/m);
    expect(out).toMatch(/^pathsIgnoreCase confirmed$/m);
    expect(out.replaceAll(/\s+/g, ' ')).toMatch(
      /\d+ of \d+ entries of src\/contract\/inferred\.ts are settled; open: .*attachToPaused/,
    );
    expect(await readFile(path('report.json'), 'utf8')).not.toContain(TOKEN);
  });

  it.each([
    ['no JSON', 'expected JSON'],
    ['{"format":"other"}', 'expected "format": "modeldock-verify/1", found "other"'],
    ['{"format":"modeldock-verify/1","rows":[{"id":1}]}', 'expected rows with an id'],
    ['{"format":"modeldock-verify/1","isModeldock":true,"rows":[]}', 'a report of modeldock itself'],
  ])('refuses %s', async (text, reason) => {
    const path = await folder();
    await writeFile(path('report.json'), text);
    const { code, out, err } = await verifying({ apply: path('report.json') });
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(reason);
  });

  it('refuses a file that is not there', async () => {
    expect(await verifying({ apply: '/no/such/report.json' })).toMatchObject({
      code: 2,
      err: expect.stringContaining('ENOENT') as string,
    });
  });
});
