import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSessions, type SimulatedSessions } from '../../src/index.js';
import { serve, type Serving } from '../../src/server/index.js';
import { plainEnvironment } from '../plain-environment.js';

const { findChromium } = (await import(new URL('../../scripts/browser.mjs', import.meta.url).href)) as {
  findChromium: () => string | undefined;
};
const chromium = findChromium();
/** Pictures that are compared; `npm run playwright` takes ten, and twenty sessions. */
const rounds = Number(process.env.MODELDOCK_ROUNDS ?? 2);
const sessionCount = rounds > 2 ? 2 * rounds : 2;
const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

interface Result {
  status: string;
  errors: { message: string }[];
  attachments: { name: string; body?: string }[];
}

interface Suite {
  title: string;
  suites?: Suite[];
  specs: { title: string; tests: { results: Result[] }[] }[];
}

describe.skipIf(chromium === undefined)('the fixture of Playwright, with two workers', () => {
  let folder: string;
  let sessions: SimulatedSessions;
  let serving: Serving;
  let results: Map<string, Result>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'modeldock-playwright-'));
    sessions = createSessions();
    serving = await serve({ api: sessions.api, port: 0, host: '127.0.0.1' });
    results = resultsIn(await runPlaywright());
  });
  afterAll(async () => {
    sessions.close();
    await serving.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('makes the same picture of a download at 42 % each time', () => {
    const pictures = passed(/^makes one picture/).map(
      (title) => results.get(title)!.attachments.find(({ name }) => name === 'picture')!.body,
    );
    expect(pictures).toHaveLength(rounds);
    expect(new Set(pictures).size).toBe(1);
  });

  it('gives tests at once sessions of their own on one server', () => {
    expect(passed(/^has a session of its own on the server/)).toHaveLength(sessionCount);
    expect(sessions.list()).toHaveLength(sessionCount);
  });

  it('breaks connections and moves time in the page', () => {
    expect(passed(/^(breaks the connection|lets time pass)/)).toHaveLength(2);
  });

  it('fails a test that passed, for a finding about its page', () => {
    const { status, errors } = results.get('fails for a finding')!;
    expect(status).toBe('failed');
    expect(errors[0]!.message).toContain("lm.ignoreFindings('status-of-undefined')");
  });

  it('shows the calls and the token of a test that failed, and attaches them', () => {
    const { errors, attachments } = results.get('fails with the calls and the token')!;
    expect(errors[0]!.message).toContain('POST /api/v1/models/download {"model":"simulate/steady"} → 200');
    expect(errors[0]!.message).toMatch(/modeldock --replay mdk1\.\S+/);
    const attached = new Map(attachments.map(({ name, body = '' }) => [name, Buffer.from(body, 'base64').toString()]));
    expect(JSON.parse(attached.get('modeldock-journal')!)).toContainEqual(
      expect.objectContaining({ method: 'POST', status: 200 }),
    );
    expect(attached.get('modeldock-findings')).toContain('No findings.');
    expect(attached.get('modeldock-replay')).toContain('modeldock --replay ');
  });

  function passed(title: RegExp): string[] {
    return [...results]
      .filter(([name, { status, errors }]) => {
        if (!title.test(name)) return false;
        expect(errors, name).toEqual([]);
        return status === 'passed';
      })
      .map(([name]) => name);
  }

  function runPlaywright(): Promise<{ suites: Suite[] }> {
    const args = [at('../../node_modules/@playwright/test/cli.js'), 'test', '-c', at('playwright')];
    const env = {
      ...plainEnvironment(),
      CHROMIUM: chromium,
      ROUNDS: String(rounds),
      SESSIONS: String(sessionCount),
      MODELDOCK_URL: serving.url,
      PLAYWRIGHT_RESULTS: folder,
      FORCE_COLOR: '0',
    };
    return new Promise((resolve, reject) => {
      execFile(process.execPath, args, { env, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
        if (stdout.startsWith('{')) resolve(JSON.parse(stdout) as { suites: Suite[] });
        else reject(new Error(`${stderr}\n${stdout}`, { cause: error }));
      });
    });
  }
});

function resultsIn({ suites }: { suites: readonly Suite[] }): Map<string, Result> {
  const collect = (suite: Suite): [string, Result][] => [
    ...suite.specs.map(({ title, tests }): [string, Result] => [title, tests[0]!.results.at(-1)!]),
    ...(suite.suites ?? []).flatMap(collect),
  ];
  return new Map(suites.flatMap(collect));
}
