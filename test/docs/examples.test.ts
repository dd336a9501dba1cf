import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openWorkshop } from './snippets.js';

/* Runs the examples in the comments of what the package exports. An example imports nothing: here it gets what it names. */

const workshop = openWorkshop();
const folder = await mkdtemp(join(tmpdir(), 'modeldock-examples-'));
afterAll(async () => {
  workshop.remove();
  await rm(folder, { recursive: true, force: true });
});

const source = new URL('../../src/', import.meta.url);

interface Example {
  /** The declaration it is about. */
  name: string;
  code: string;
}

const examples: Example[] = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .flatMap((path) => examplesIn(readFileSync(new URL(path.replaceAll('\\', '/'), source), 'utf8')));

function examplesIn(text: string): Example[] {
  const found = text.matchAll(/^ \* @example\n((?: \*.*\n)+?) \*\/\nexport (?:async )?(?:function|interface) (\w+)/gm);
  return [...found].map(([, lines, name]) => ({ name: name!, code: lines!.replaceAll(/^ \* ?/gm, '') }));
}

const names: Record<string, readonly string[]> = {
  modeldock: ['createDock', 'createSessions'],
  'modeldock/handlers': ['createHandlers'],
  'modeldock/server': ['serve'],
  'modeldock/real': ['createRealDock', 'openDownloader'],
  'msw/node': ['setupServer'],
};

function importsOf(code: string): string {
  return Object.entries(names)
    .map(([entry, all]) => [entry, all.filter((name) => new RegExp(`\\b${name}\\(`).test(code))] as const)
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

it.each(examples)('runs the example of $name', async ({ code }) => {
  // A download of the example must not land in this folder.
  const here = code.replaceAll("'models'", JSON.stringify(join(folder, 'models')));
  await workshop.run(importsOf(here) + here, 'export {};');
});
