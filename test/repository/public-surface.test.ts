import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';

interface Declared {
  name: string;
  text: string;
}

interface Surface {
  exports: Declared[];
  leaks: (Declared & { through: string })[];
  undocumented: string[];
}

const { readSurface } = (await import(new URL('../../scripts/api/read-surface.mjs', import.meta.url).href)) as {
  readSurface: (entries: string[], rules: { isOurs: (file: string) => boolean }) => Surface[];
};

/** Reads the surface of `index.d.ts` beside the other files. */
async function surfaceOf(files: Record<string, string>): Promise<Surface> {
  const folder = (await mkdtemp(join(tmpdir(), 'modeldock-surface-'))).replaceAll('\\', '/');
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return readSurface([`${folder}/index.d.ts`], { isOurs: (file) => file.startsWith(folder) })[0]!;
}

it('lists what an entry exports, by name, without comments and wherever it is declared', async () => {
  const { exports, leaks } = await surfaceOf({
    'index.d.ts': "export { start, type Options } from './start.js';",
    'start.d.ts':
      'export interface Options {\n  /** In ms. */\n  wait: number;\n}\nexport declare function start(options: Options): void;',
  });
  expect(exports).toEqual([
    { name: 'Options', text: 'export interface Options {\n    wait: number;\n}' },
    { name: 'start', text: 'export declare function start(options: Options): void;' },
  ]);
  expect(leaks).toEqual([]);
});

it('reports declarations that a signature refers to and the entry does not export, and what those refer to', async () => {
  const { leaks } = await surfaceOf({
    'index.d.ts': "export { start } from './start.js';",
    'start.d.ts':
      "import type { Options } from './options.js';\nexport declare function start(options: Options): void;",
    'options.d.ts':
      'export interface Options extends Waits { signal: AbortSignal }\nexport interface Waits { wait: typeof waits }\n' +
      'export declare const waits: readonly string[];',
  });
  expect(leaks.map(({ name, through }) => `${name} through ${through}`)).toEqual([
    'Options through start',
    'Waits through Options',
    'waits through Waits',
  ]);
});

it('reports exports without a comment, and options without one', async () => {
  const { undocumented } = await surfaceOf({
    'index.d.ts':
      '/** Starts. */\nexport declare function start(options: StartOptions): void;\nexport declare const late: boolean;\n' +
      '/** How it starts. */\nexport interface StartOptions {\n  /** In ms. */\n  wait: number;\n  port: number;\n}\n' +
      '/** A place. */\nexport interface Place { line: number }',
  });
  expect(undocumented).toEqual(['StartOptions.port', 'late']);
});
