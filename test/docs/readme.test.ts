import { execFile } from 'node:child_process';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { createSessions, parseScenario } from '../../src/index.js';
import { serve } from '../../src/server/index.js';
import { connect } from '../../src/testing/index.js';
import { start } from '../server/command.js';
import { blocksOf, openWorkshop, readPage, type Block } from './snippets.js';

const workshop = openWorkshop();
afterAll(() => workshop.remove());

describe.each(['README.md', 'docs/transports.md'])('%s', (path) => {
  const blocks = blocksOf(readPage(path)).filter(({ language }) => language === 'ts');
  const under = (heading: string): string => {
    const found = blocks.filter((block) => block.heading === heading);
    expect(found, heading).toHaveLength(1);
    return found[0]!.text;
  };
  const isTest = ({ text }: Block): boolean => text.includes("from 'vitest'");
  const isPage = ({ text }: Block): boolean => text.includes("from 'msw/browser'");
  const isExpress = ({ text }: Block): boolean => text.includes("from 'express'");

  it('has blocks of code, each of a kind that is run here', () => {
    expect(blocks.filter(isTest)).toHaveLength(1);
    expect(blocks.filter(isPage)).toHaveLength(1);
    expect(blocks.filter(isExpress).length).toBeGreaterThanOrEqual(1);
    const others = blocks.filter((block) => !isTest(block) && !isPage(block) && !isExpress(block));
    expect(others.map(({ heading }) => heading)).toEqual(
      path === 'README.md' ? ['The plain function'] : ['The server', 'The plain function'],
    );
  });

  for (const { heading, text } of blocks.filter(isTest)) {
    describe(`what stands under “${heading}”`, async () => {
      await workshop.run(text);
    });
  }

  it('has an Express app that answers below its mount', async () => {
    for (const { text } of blocks.filter(isExpress)) {
      const listens = 'app.listen(3000);';
      expect(text).toContain(listens);
      // The port may be somebody else's.
      const { server } = (await workshop.run(
        text.replace(listens, "export const server = app.listen(0, '127.0.0.1');"),
      )) as { server: Server };
      if (!server.listening) await once(server, 'listening');
      const mount = /app\.use\('([^']*)'/.exec(text)?.[1] ?? '';
      const { port } = server.address() as AddressInfo;
      const session = text.includes('createSessions') ? '/s/checkout-17' : '';
      const answer = await fetch(`http://127.0.0.1:${port}${mount}${session}/api/v1/models`);
      expect(await answer.json()).toEqual({ models: [] });
      server.close();
    }
  });

  it('has a plain function that answers', async () => {
    const { answer } = (await workshop.run(under('The plain function'), 'export { answer };')) as { answer: Response };
    expect(await answer.json()).toEqual({ models: [] });
  });

  it.for(blocks.filter(({ heading }) => heading === 'The server'))('has a server that answers', async ({ text }) => {
    const { answer } = (await workshop.run(text, 'export { answer };')) as { answer: Response };
    expect(answer.status).toBe(200);
  });

  it('has a page that can be built for a browser', async () => {
    const [page] = blocks.filter(isPage);
    const { outputFiles } = await build({
      entryPoints: [workshop.write(page!.text)],
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'browser',
      target: 'es2022',
      logLevel: 'silent',
    });
    expect(outputFiles[0]!.text).toContain('/api/v1/models/download');
  });
});

describe('README.md', () => {
  const shell = blocksOf(readPage('README.md')).filter(({ language }) => /^(sh|console)$/.test(language));
  const isSetUp = ({ text }: Block): boolean => text.startsWith('npm ');
  const isStart = ({ text }: Block): boolean => text.startsWith('modeldock');
  const calls = shell.filter((block) => !isSetUp(block) && !isStart(block));

  it('has a scenario that can be played', () => {
    const [scenario] = blocksOf(readPage('README.md')).filter(({ language }) => language === 'json');
    expect(parseScenario(JSON.parse(scenario!.text)).steps).toHaveLength(4);
  });

  it('begins with two commands, and has lines for a shell, each of a kind that is run here', () => {
    const [first] = blocksOf(readPage('README.md'));
    expect(first!.text).toMatch(/^npm start .*\nnpm test .*\n$/);
    expect(shell.filter(isSetUp).map(({ heading }) => heading)).toEqual(['modeldock', 'Use it']);
    expect(shell.filter(isStart).map(({ heading }) => heading)).toEqual(['The command', 'A Hugging Face origin']);
    expect(calls.map(({ heading, language }) => [heading, language])).toEqual([
      ['modeldock', 'console'],
      ['One server, many tests', 'sh'],
    ]);
  });

  it('says how it comes into a project, with the script and the tarball that there are', () => {
    const [, install] = shell.filter(isSetUp);
    const { scripts, version } = JSON.parse(readPage('package.json')) as {
      version: string;
      scripts: Record<string, string>;
    };
    const [, script] = /^npm run (\w+) /.exec(install!.text)!;
    expect(scripts).toHaveProperty(script!);
    expect(install!.text).toContain(`/modeldock-${version}.tgz `);
  });

  it.for(shell.filter(isStart))('has a command that prints what stands below it: $text', async ({ text }) => {
    const [line, shown] = text.trimEnd().split('\n# ');
    const [, ...args] = line!.split(' ');
    // The port that it names may be somebody else's; who gives two gets the last.
    const { stdout } = start([...args, '--port', '0']);
    await expect.poll(() => anyNumbers(stdout()).split('\n')).toContain(anyNumbers(shown!));
  });

  describe.skipIf(process.platform === 'win32')('in a shell', () => {
    it('shows the answer that a fresh server gives, its job id too, which was made up', async () => {
      const { text } = calls[0]!;
      const [asked, shown] = text.split(/^(?=\{)|(?<=^\}\n)/m);
      const [then] = text
        .split('\n')
        .filter((line) => line.startsWith('$ '))
        .slice(1);
      const url = await serveSessions();
      const answer = await typed(asked!.replace('$ ', ''), url);
      expect(anyDate(answer)).toEqual(anyDate(shown!.trimEnd()));
      expect(JSON.parse(await typed(then!.replace('$ ', ''), url))).toMatchObject({ status: 'downloading' });
    });

    it('operates a session as it is pasted, which was refused: there was no download to wait for', async () => {
      const url = await serveSessions();
      const answers = await typed(calls[1]!.text, url);
      expect(answers).toContain('"mode": "frozen"');
      expect(answers).toContain('"type": "completed"');
      expect(answers).toMatch(/\[\]$/);
      expect(await connect(url, { session: 'checkout-17' }).journal.list()).toHaveLength(1);
    });
  });
});

async function serveSessions(): Promise<string> {
  const sessions = createSessions();
  const serving = await serve({ api: sessions.api, port: 0, host: '127.0.0.1' });
  onTestFinished(async () => {
    sessions.close();
    await serving.close();
  });
  return serving.url;
}

/** What lines for a shell print, with a server in the place of the one on port 1234. Rejects where a call is refused. */
async function typed(lines: string, url: string): Promise<string> {
  const here = lines.replaceAll(/http:\/\/(localhost|127\.0\.0\.1):1234/g, url);
  const curl = 'curl() { command curl --silent --show-error --fail-with-body "$@"; }';
  const { stdout } = await promisify(execFile)('sh', ['-e', '-c', `${curl}\n${here}`]);
  return stdout;
}

function anyNumbers(text: string): string {
  return text.replaceAll(/\d+/g, '…');
}

function anyDate(text: string): string {
  return text.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '…');
}
