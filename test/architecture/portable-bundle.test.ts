import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build, type Metafile } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const execute = promisify(execFile);

interface Manifest {
  exports: Record<string, string | { browser: null }>;
  peerDependencies: Record<string, string>;
}

const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as Manifest;
const peers = Object.keys(manifest.peerDependencies);

/** The entries that a page may import, and the peers that each of them needs. */
const entries = Object.entries(manifest.exports)
  .filter((entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1].endsWith('.js'))
  .map(([name, path]) => ({ name, source: path.replace(/^\.\/dist/, 'src').replace(/\.js$/, '.ts') }));
const peersOf: Record<string, string[]> = {
  '.': [],
  './handlers': ['msw'],
  './testing': [],
  './faker': ['@faker-js/faker'],
  './browser': ['msw'],
  './storybook': ['msw'],
  './types': [],
  './config': [],
};

describe('the portable entries', () => {
  it('are those of package.json that are not closed to browsers', () => {
    expect(entries.map(({ name }) => name)).toEqual(Object.keys(peersOf));
  });
});

describe.each(entries)('the entry $name, bundled for browsers', ({ name, source }) => {
  let folder: string;
  let metafile: Metafile;

  beforeAll(async () => {
    // Below the repository, so that the bundle finds the peers.
    folder = await mkdtemp(join(root, 'node_modules/.modeldock-bundle-'));
    metafile = await bundle(join(root, source), join(folder, 'entry.mjs'));
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('imports only its peers, and no module of Node', () => {
    expect(outsideOf(metafile).filter((path) => !isPartOf(path, peersOf[name]!))).toEqual([]);
  });

  it('holds no file of its peers, nor of Node’s side', () => {
    const nodeSide = ['src/server/', 'src/real/', 'src/hub/', 'src/stores/file', ...peers.map((peer) => `/${peer}/`)];
    expect(Object.keys(metafile.inputs).filter((path) => nodeSide.some((part) => path.includes(part)))).toEqual([]);
  });

  it('does no work when it is imported', async () => {
    const watcher = fileURLToPath(new URL('watch-import.mjs', import.meta.url));
    const { stdout } = await execute(process.execPath, [watcher, join(folder, 'entry.mjs'), ...peersOf[name]!], {
      cwd: root,
    });
    const { globals, ...rest } = JSON.parse(stdout) as { globals: string[] };
    expect(rest).toEqual({ scheduled: [], handles: [], listeners: [], removed: [] });
    // zod keeps its settings in globals of its own name, to share them among its copies.
    expect(globals.filter((path) => !path.startsWith('__zod_'))).toEqual([]);
  });
});

async function bundle(entry: string, outfile: string): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    logLevel: 'silent',
    // Node's own are external so that they show in the metafile, by name, instead of failing the build.
    external: [...peers, 'node:*', ...builtinModules],
  });
  return metafile;
}

/** What the bundle leaves to be imported when it runs. */
function outsideOf(metafile: Metafile): string[] {
  return Object.values(metafile.outputs).flatMap(({ imports }) =>
    imports.filter(({ external }) => external).map(({ path }) => path),
  );
}

function isPartOf(path: string, packages: readonly string[]): boolean {
  return packages.some((name) => path === name || path.startsWith(`${name}/`));
}
