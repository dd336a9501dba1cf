import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build, transform } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';
import { blocksOf, openWorkshop, readPage } from './snippets.js';

const workshop = openWorkshop();
afterAll(() => workshop.remove());

const codeOf = (page: string) => blocksOf(readPage(page)).filter(({ language }) => /^(ts|js)x?$/.test(language));

describe('docs/vitest.md', async () => {
  const blocks = codeOf('docs/vitest.md');
  for (const { text } of blocks) await workshop.run(text);

  it('has two blocks, which are run here', () => {
    expect(blocks).toHaveLength(2);
  });
});

describe('docs/node-test.md', () => {
  it('has a test that passes', async () => {
    const [block, ...others] = codeOf('docs/node-test.md');
    expect(others).toEqual([]);
    // Below the repository, whose package the test imports by its name.
    const folder = mkdtempSync(fileURLToPath(new URL('.snippets-', import.meta.url)));
    writeFileSync(join(folder, 'download.test.mjs'), block!.text);
    const { stdout } = await promisify(execFile)(process.execPath, ['--test', '--test-reporter=tap'], {
      cwd: folder,
      env: { ...process.env, NODE_TEST_CONTEXT: undefined },
    }).finally(() => rmSync(folder, { recursive: true }));
    expect(stdout).toContain('ok 1 - ');
    expect(stdout).toMatch(/# fail 0/);
  });
});

describe('docs/browser.md', () => {
  it('has a page that can be built for a browser', async () => {
    const [block] = codeOf('docs/browser.md');
    const { outputFiles } = await build({
      entryPoints: [workshop.write(block!.text)],
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'browser',
      target: 'es2022',
      logLevel: 'silent',
    });
    expect(outputFiles[0]!.text).toContain('mockServiceWorker.js is not served');
  });
});

describe('docs/vite.md', () => {
  it('has a configuration with the plugin', async () => {
    const [block] = codeOf('docs/vite.md');
    const { default: config } = (await workshop.run(block!.text)) as { default: { plugins: { name: string }[] } };
    expect(config.plugins).toMatchObject([{ name: 'modeldock' }]);
  });
});

// They are run by npm run examples and npm run playwright, in projects of their own.
it.each(['docs/jest.md', 'docs/playwright.md', 'docs/storybook.md'])('%s has code that parses', async (page) => {
  const blocks = codeOf(page);
  expect(blocks.length).toBeGreaterThan(1);
  for (const { text } of blocks) await expect(transform(text, { loader: 'tsx' })).resolves.toBeDefined();
});
