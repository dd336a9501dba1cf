import { readFileSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installPacked, type Consumer } from './packed.js';

interface Manifest {
  version: string;
  exports: Record<string, string | { browser: null; default: string }>;
  peerDependencies: Record<string, string>;
  dependencies: Record<string, string>;
}

const original = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as Record<
  string,
  unknown
>;
const manifest = original as unknown as Manifest;

const entries = Object.entries(manifest.exports).map(([name, target]) => ({
  specifier: name.replace(/^\./, 'modeldock'),
  path: (typeof target === 'string' ? target : target.default).replace('./', ''),
  closedToBrowsers: typeof target !== 'string',
}));
const modules = entries.filter(({ path }) => path.endsWith('.js'));
/** Vitest refuses to be imported outside a test that it runs. */
const NEEDS_VITEST = 'dist/runners/vitest.js';
const WITHOUT_CODE = 'dist/types/index.js';

describe('the package, installed from its tarball', { timeout: 180_000 }, () => {
  let consumer: Consumer;

  beforeAll(async () => {
    consumer = await installPacked({ peers: Object.keys(manifest.peerDependencies) });
  }, 180_000);

  afterAll(() => consumer.remove());

  it('holds the build, its documents and nothing else', () => {
    const unexpected = consumer.files.filter(
      (file) =>
        !/^(dist\/[^.][^ ]*\.(js|d\.ts|json)|dist\/bin\/THIRD-PARTY-NOTICES\.txt|docs\/[^.][^ ]*\.md|python\/modeldock\.py|package\.json|[A-Z]+\.md|LICENSE)$/.test(
          file,
        ),
    );
    expect(unexpected).toEqual([]);
    expect(consumer.files.filter((file) => file.includes('/.'))).toEqual([]);
  });

  it('holds every page that one of its pages links to', () => {
    const pages = consumer.files.filter((file) => file.endsWith('.md'));
    expect(pages).toEqual(expect.arrayContaining(['README.md', 'CHANGELOG.md', 'docs/testing-a-client.md']));
    const missing = pages.flatMap((page) => {
      const text = readFileSync(join(consumer.folder, 'node_modules/modeldock', page), 'utf8');
      return [...text.matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)]
        .map(([, link]) => posix.join(posix.dirname(page), link!))
        .filter((target) => !consumer.files.some((file) => file === target || file.startsWith(`${target}/`)))
        .map((target) => `${page} → ${target}`);
    });
    expect(missing).toEqual([]);
  });

  it('holds what each of its exports names, types included', () => {
    const named = entries.flatMap(({ path }) =>
      path.endsWith('.js') ? [path, path.replace(/\.js$/, '.d.ts')] : [path],
    );
    expect(named.filter((path) => !consumer.files.includes(path))).toEqual([]);
  });

  it.each(modules.filter(({ path }) => path !== NEEDS_VITEST && path !== WITHOUT_CODE))(
    'can be imported as $specifier',
    async ({ specifier }) => {
      const names = await consumer.node(
        '--input-type=module',
        '--eval',
        `console.log(Object.keys(await import('${specifier}')).join())`,
      );
      expect(names.trim()).not.toBe('');
    },
  );

  it('holds no module that needs more than the package declares', async () => {
    const scripts = consumer.files.filter(
      (file) => file.endsWith('.js') && file !== 'dist/bin/modeldock.js' && file !== NEEDS_VITEST,
    );
    const program = scripts.map((file) => `await import('./node_modules/modeldock/${file}');`).join('\n');
    await expect(consumer.node('--input-type=module', '--eval', program)).resolves.toBe('');
  });

  it('answers a download in the project that installed it', async () => {
    const program = `
      import { createDock } from 'modeldock';
      const { api } = createDock({ scenario: 'instant' });
      const response = await api.fetch(new Request('http://localhost:1234/api/v1/models/download', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ model: 'ibm/granite-4-micro' }),
      }));
      console.log(response.status, (await response.json()).total_size_bytes);`;
    expect(await consumer.node('--input-type=module', '--eval', program)).toBe('200 2279145003\n');
  });

  it('can be required in Node itself', async () => {
    const program =
      "console.log(['', '/handlers', '/server'].map((name) => typeof require('modeldock' + name)).join())";
    expect(await consumer.node('--eval', program)).toBe('object,object,object\n');
  });

  it('computes the sha256 of a new file in a thread', async () => {
    const program = `
      import { createHub } from 'modeldock/hub';
      const files = [{ path: 'new.bin', size: 100_000 }];
      const hub = await createHub({ repos: [{ id: 'me/new', files }], digestCache: false });
      const answer = await fetch(hub.endpoint + '/api/models/me/new/tree/main');
      console.log(answer.status, (await answer.json())[0].lfs.oid.length);
      await hub.close();`;
    expect(await consumer.node('--input-type=module', '--eval', program)).toBe('200 64\n');
  });

  it('leaves nothing of a portable entry in a bundle that uses none of its exports', async () => {
    const portable = modules.filter(({ closedToBrowsers }) => !closedToBrowsers);
    const contents = portable.map(({ specifier }) => `import '${specifier}';`).join('\n');
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: consumer.folder },
      bundle: true,
      write: false,
      format: 'esm',
      logLevel: 'silent',
    });
    expect(outputFiles[0]!.text.trim()).toBe('');
  });

  it('closes what needs Node to browsers', () => {
    expect(entries.filter(({ closedToBrowsers }) => closedToBrowsers).map(({ specifier }) => specifier)).toEqual([
      'modeldock/server',
      'modeldock/hub',
      'modeldock/real',
      'modeldock/vitest',
      'modeldock/jest',
      'modeldock/node-test',
      'modeldock/playwright',
      'modeldock/vite',
    ]);
  });

  it.each(entries.filter(({ closedToBrowsers }) => closedToBrowsers))(
    'closes $specifier to browsers',
    async ({ specifier }) => {
      const program = `import('${specifier}').then(() => console.log('open'), (error) => console.log(error.code))`;
      const answer = await consumer.node('--conditions=browser', '--input-type=module', '--eval', program);
      expect(answer.trim()).toBe('ERR_PACKAGE_PATH_NOT_EXPORTED');
    },
  );

  it.each([
    ['node:test', 'modeldock/node-test', 'node:assert/strict', ['--test', '--test-reporter=spec']],
    ['Vitest', 'modeldock/vitest', 'node:assert/strict', ['node_modules/vitest/vitest.mjs', 'run']],
  ])('hands an LM Studio to each test of %s', async (_, entry, assert, args) => {
    const program = `
      import { test } from '${entry}';
      import assert from '${assert}';
      const ask = (url) => fetch(url + '/api/v1/models/download', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: '{"model":"simulate/steady"}',
      });
      test('sees 42 %', async ({ lm }) => {
        const { job_id } = await (await ask(lm.url)).json();
        const job = await lm.expectDownload('simulate/steady');
        await job.goTo('42%');
        const answer = await fetch(lm.url + '/api/v1/models/download/status/' + job_id);
        assert.equal((await answer.json()).downloaded_bytes, 420_000_000);
      });
      test('fails with its calls', async ({ lm }) => {
        await ask(lm.url);
        assert.equal(1, 2);
      });
      test('fails for a finding', async ({ lm }) => {
        await fetch(lm.url + '/api/v1/models/download/status/undefined');
      });`;
    await writeFile(join(consumer.folder, 'lm.test.js'), program);
    const failed = await consumer.node(...args, 'lm.test.js').then(
      (stdout) => ({ stdout, stderr: '' }),
      (error: unknown) => error as { stdout: string; stderr: string },
    );
    const printed = failed.stdout + failed.stderr;
    expect(printed).toMatch(/✔ sees 42 %|1 passed/);
    expect(printed).toContain('POST /api/v1/models/download {"model":"simulate/steady"} → 200');
    expect(printed).toMatch(/modeldock --replay mdk1\.\S+/);
    expect(printed).toContain("lm.ignoreFindings('status-of-undefined')");
  });

  it('is installed without a warning: its scripts made npm warn each user', () => {
    expect(consumer.warnings).toBe('');
    const published = JSON.parse(
      readFileSync(join(consumer.folder, 'node_modules/modeldock/package.json'), 'utf8'),
    ) as Record<string, unknown>;
    const {
      scripts: _,
      devDependencies: __,
      scarfSettings: ___,
      files: ____,
      publishConfig: _____,
      ...same
    } = original;
    expect(published).toEqual({ ...same, publishConfig: { access: 'public' } });
  });

  it('needs few packages: those of the command are in its bundle', async () => {
    const packages = (await readdir(join(consumer.folder, 'node_modules'), { recursive: true })).filter((path) =>
      /^(@[^/]+\/)?[^/@.]+\/package\.json$/.test(path.replaceAll('\\', '/')),
    );
    const own = ['modeldock', ...Object.keys(manifest.dependencies), '@huggingface/tasks'];
    const installed = packages.map((path) => path.replaceAll('\\', '/').replace('/package.json', ''));
    expect(
      installed.filter((name) => !name.startsWith('@types/') && !(name in manifest.peerDependencies)).sort(),
    ).toEqual(own.sort());
  });

  it('starts the command from one file, which has no language of an error text but English', () => {
    const read = (name: string) => readFileSync(join(consumer.folder, 'node_modules/modeldock/dist/bin', name), 'utf8');
    const importsOf = (name: string) =>
      [...read(name).matchAll(/^import\b[^'"]*['"]\.\/([^'"]+)['"]/gm)].map(([, path]) => path!);
    const loaded = new Set(importsOf('modeldock.js'));
    for (const name of loaded) for (const path of importsOf(name)) loaded.add(path);
    expect([...loaded].map((name) => name.replace(/-.*/, '')).sort()).toEqual(['rolldown', 'start']);
    for (const name of loaded) expect(read(name)).not.toMatch(/zod\/v4\/locales|Ungültige/);
  });

  it('hands on the licence of each package whose code is in the bundle', () => {
    const bundle = consumer.files.filter((file) => /^dist\/bin\/.*\.js$/.test(file));
    const read = (file: string) => readFileSync(join(consumer.folder, 'node_modules/modeldock', file), 'utf8');
    const bundled = bundle.flatMap((file) =>
      [...read(file).matchAll(/^\s*\/\/ (?:\.\.\/)*node_modules\/((?:@[^/]+\/)?[^/]+)\//gm)].map(([, name]) => name!),
    );
    expect(bundled).toEqual(expect.arrayContaining(['commander', 'pino', 'pino-pretty', 'zod']));
    const notices = read('dist/bin/THIRD-PARTY-NOTICES.txt');
    expect([...new Set(bundled)].filter((name) => !notices.includes(`\n${name} `))).toEqual([]);
  });

  it('brings the command', async () => {
    const command = join(consumer.folder, 'node_modules/modeldock/dist/bin/modeldock.js');
    expect(await consumer.node(command, '--version')).toBe(`${manifest.version}\n`);
  });

  it.each([
    ['NodeNext', { module: 'NodeNext', types: ['node'] }, () => true],
    [
      'bundler, for a page',
      { module: 'ESNext', moduleResolution: 'bundler', lib: ['ES2023', 'DOM', 'DOM.Iterable'], types: [] },
      ({ closedToBrowsers }: (typeof modules)[number]) => !closedToBrowsers,
    ],
  ])('declares what it exports, under the module resolution %s', async (_, compilerOptions, isImportable) => {
    const importable = modules.filter(isImportable);
    const program = [
      ...importable.map(({ specifier }, index) => `import * as entry${index} from '${specifier}';`),
      `export const entries = [${importable.map((_, index) => `entry${index}`).join()}];`,
      "const dock: entry0.SimulatedDock = entry0.createDock({ scenario: 'slow', speed: 2 });",
      "export const answer: Promise<Response> = dock.api.fetch(new Request('http://localhost:1234/'));",
      "entry0.createDock({ scenario: 'no-such-scenario' });",
    ];
    await writeFile(join(consumer.folder, 'program.ts'), program.join('\n'));
    const complaints = await consumer.compile('program.ts', { strict: true, target: 'ES2023', ...compilerOptions });
    // Other packages' declarations are not ours to mend; of our own and of the program, only the last line is wrong.
    expect(complaints.filter((line) => /^(program\.ts|node_modules\/modeldock\/)/.test(line))).toEqual([
      expect.stringMatching(new RegExp(`^program\\.ts\\(${program.length},.*no-such-scenario`)),
    ]);
  });
});
