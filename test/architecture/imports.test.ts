import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { partOf, readImportTable, readRooms, roomOf, type Part } from './import-table.js';
import { importsOf, readSourceImports, type FileImports } from './source-imports.js';

const parts = readImportTable();
const rooms = readRooms();
const sources = readSourceImports();

describe('the import table of docs/architecture.md', () => {
  it('has a part for every source file', () => {
    expect(sources.map(({ file }) => file).filter((file) => !partOf(file, parts))).toEqual([]);
  });

  it('names only parts that are there', () => {
    const named = parts.flatMap(({ name, mayImport }) => [name, ...mayImport]);
    const missing = named.filter((name) => !sources.some(({ file }) => partOf(file, [part(name)])));
    expect(missing).toEqual([]);
  });

  it('names only packages that are declared', () => {
    const packages = new Set(parts.flatMap((one) => one.packages).filter((name) => name !== 'node:*'));
    const missing = [...packages].filter(
      (name) => !existsSync(new URL(`../../node_modules/${packageOf(name)}`, import.meta.url)),
    );
    expect(missing).toEqual([]);
  });

  it.for(sources.map((one) => [one.file, one] as const))('allows all that %s imports', ([, imports]) => {
    expect(forbiddenIn(imports)).toEqual([]);
  });
});

describe('the guard of the import table', () => {
  it.each([
    ['core/clock.ts', "import { a } from '../simulator/job.js'", ['simulator/job.ts']],
    ['core/clock.ts', "import * as z from 'zod/mini'", ['zod/mini']],
    ['simulator/job.ts', "import type { Call } from '../api/call.js'", ['api/call.ts']],
    ['simulator/job.ts', "export { serve } from '../server/index.js'", ['server/index.ts']],
    ['api/api.ts', "type Job = import('../simulator/job.js').SimulatedJob", ['simulator/job.ts']],
    ['control/session/session.ts', "await import('node:fs')", ['node:fs']],
    ['control/http/router.ts', "import '../../../openapi/index.js'", ['../openapi/index.ts']],
    ['openapi/lm-studio/paths.ts', "import '../../src/api/call.js'", ['api/call.ts']],
    ['contract/job-answers.ts', "import 'zod-openapi'", ['zod-openapi']],
    ['server/cli.ts', "import { createSimulator } from '../simulator/simulator.js'", ['simulator/simulator.ts']],
    ['server/cli.ts', "import { createDock } from '../create-dock.js'; import 'node:http'", []],
  ])('sees what %s may not have: %s', (file, text, forbidden) => {
    expect(forbiddenIn(importsOf(file, text))).toEqual(forbidden);
  });
});

describe('the rooms of control', () => {
  it('are those of the table in docs/architecture.md', () => {
    const found = new Set(
      sources
        .map(({ file }) => file)
        .filter((file) => file.startsWith('control/'))
        .map(roomOf),
    );
    expect([...found].sort()).toEqual([...rooms].sort());
  });

  it('import from each other downwards only, types included', () => {
    expect(sources.flatMap(upwardIn)).toEqual([]);
  });

  it.each([
    ['control/session/session.ts', "import { createRouter } from '../http/router.js'", ['control/http/router.ts']],
    [
      'control/base/snapshot.ts',
      "import type { Journal } from '../journal/journal.js'",
      ['control/journal/journal.ts'],
    ],
    ['control/http/router.ts', "await import('../session/session.js'); import './guard.js'", []],
  ])('would be caught importing upwards: %s with %s', (file, text, upward) => {
    expect(upwardIn(importsOf(file, text))).toEqual(upward.map((target) => `${file} imports ${target}`));
  });
});

describe('the source files', () => {
  it('import each other without a cycle, types included', () => {
    expect(findCycle(sources)).toEqual([]);
  });

  it('would be caught in one', () => {
    const cyclic = [
      importsOf('a.ts', "import './b.js'"),
      importsOf('b.ts', "import type { C } from './c/c.js'"),
      importsOf('c/c.ts', "export * from '../b.js'"),
    ];
    expect(findCycle(cyclic)).toEqual(['b.ts', 'c/c.ts', 'b.ts']);
  });
});

function upwardIn({ file, files }: FileImports): string[] {
  const height = (each: string): number => rooms.indexOf(roomOf(each) ?? '');
  if (roomOf(file) === undefined) return [];
  return files
    .filter((target) => roomOf(target) !== undefined && height(target) < height(file))
    .map((target) => `${file} imports ${target}`);
}

function forbiddenIn({ file, files, packages }: FileImports): string[] {
  const own = partOf(file, parts)!;
  return [
    ...files.filter((target) => {
      const name = partOf(target, parts)?.name;
      return name === undefined || (name !== own.name && !own.mayImport.includes(name));
    }),
    ...packages.filter(
      (name) => !own.packages.includes(name) && !(name.startsWith('node:') && own.packages.includes('node:*')),
    ),
  ];
}

/** The files of one cycle, from one of them back to itself. */
function findCycle(all: readonly FileImports[]): string[] {
  const importsByFile = new Map(all.map((one) => [one.file, one.files]));
  const done = new Set<string>();
  const search = (file: string, path: readonly string[]): string[] => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return [];
    for (const target of importsByFile.get(file) ?? []) {
      const cycle = search(target, [...path, file]);
      if (cycle.length > 0) return cycle;
    }
    done.add(file);
    return [];
  };
  for (const { file } of all) {
    const cycle = search(file, []);
    if (cycle.length > 0) return cycle;
  }
  return [];
}

/** `@scope/name` of `@scope/name/entry`. */
function packageOf(name: string): string {
  return name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');
}

function part(name: string): Part {
  return { name, mayImport: [], packages: [] };
}
