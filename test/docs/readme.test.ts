import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { build } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';
import { parseScenario } from '../../src/index.js';
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
      const answer = await fetch(`http://127.0.0.1:${port}${mount}/api/v1/models`);
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
  it('has a scenario that can be played', () => {
    const [scenario] = blocksOf(readPage('README.md')).filter(({ language }) => language === 'json');
    expect(parseScenario(JSON.parse(scenario!.text)).phases).toHaveLength(4);
  });
});
