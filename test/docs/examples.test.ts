import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transform } from 'esbuild';
import { afterAll, afterEach, expect, it, vi } from 'vitest';
import { openWorkshop } from './snippets.js';

/* Runs the examples in the comments of what the package exports. An example imports nothing: here it gets what it names. */

const workshop = openWorkshop();
const folder = await mkdtemp(join(tmpdir(), 'modeldock-examples-'));
afterEach(() => vi.useRealTimers());
afterAll(async () => {
  workshop.remove();
  await rm(folder, { recursive: true, force: true });
});

const source = new URL('../../src/', import.meta.url);

interface Example {
  /** The declaration it is about. */
  name: string;
  /** The folder of `src`, or the file, that declares it. */
  part: string;
  code: string;
}

const examples: Example[] = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => path.replaceAll('\\', '/'))
  .flatMap((path) => examplesIn(path.split('/')[0]!, readFileSync(new URL(path, source), 'utf8')));

/** Examples that only run where a test runner, a page or a build loads them: there their pages in `docs` are run. */
const HOSTED = ['runners', 'browser', 'vite', 'storybook', 'config'];

function examplesIn(part: string, text: string): Example[] {
  const found = text.matchAll(/^ \* @example\n((?: \*.*\n)+?) \*\/\nexport (?:async )?(?:function|interface) (\w+)/gm);
  return [...found].map(([, lines, name]) => ({ name: name!, part, code: lines!.replaceAll(/^ \* ?/gm, '') }));
}

const names: Record<string, readonly string[]> = {
  modeldock: ['createDock', 'createSessions', 'sessionName'],
  'modeldock/handlers': ['createHandlers'],
  'modeldock/server': ['serve'],
  'modeldock/real': ['createRealDock', 'openDownloader'],
  'modeldock/testing': ['passTime'],
  'msw/node': ['setupServer'],
  vitest: ['vi'],
};

function importsOf(code: string): string {
  return Object.entries(names)
    .map(([entry, all]) => [entry, all.filter((name) => new RegExp(`\\b${name}[(.]`).test(code))] as const)
    .filter(([, used]) => used.length > 0)
    .map(([entry, used]) => `import { ${used.join(', ')} } from '${entry}';\n`)
    .join('');
}

it('stand at what opens something, and at the interface that controls it', () => {
  expect(examples.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      ...['createDock', 'createSessions', 'createHandlers', 'serve', 'createRealDock', 'openDownloader', 'DockControl'],
    ]),
  );
});

it.each(examples.filter(({ part }) => HOSTED.includes(part)))(
  'compiles the example of $name in $part',
  async ({ code }) => {
    const { warnings } = await transform(code, { loader: 'tsx', format: 'esm', target: 'es2022' });
    expect(warnings).toEqual([]);
  },
);

it.each(examples.filter(({ part }) => !HOSTED.includes(part)))('runs the example of $name', async ({ code }) => {
  // A download of the example must not land in this folder.
  const here = code.replaceAll("'models'", JSON.stringify(join(folder, 'models')));
  await workshop.run(importsOf(here) + here, 'export {};');
});
