import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { createSessionDocks } from '../../src/index.js';
import { serve } from '../../src/server/index.js';

/*
 * Runs the page: each of its TypeScript blocks is written to a file of the name in its first line and imported here, so
 * that its tests become tests of this suite. Only where the package is imported from is changed.
 */

const page = readFileSync(new URL('../../docs/testing-a-client.md', import.meta.url), 'utf8');
const blocks = [...page.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, text]) => ({ language, text: text! }));

// Below the tests, so that it is compiled as they are.
const folder = mkdtempSync(fileURLToPath(new URL('.snippets-', import.meta.url)));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const files = blocks
  .filter(({ language }) => language === 'ts')
  .map(({ text }) => ({ name: /^\/\/ (\S+)$/m.exec(text)![1]!, text }));
for (const { name, text } of files)
  writeFileSync(join(folder, name), text.replaceAll(/ from '(modeldock[^']*)'/g, source));

function source(_: string, specifier: string): string {
  const entry = specifier === 'modeldock' ? 'index.ts' : `${specifier.slice('modeldock/'.length)}/index.ts`;
  return ` from ${JSON.stringify(fileURLToPath(new URL(`../../src/${entry}`, import.meta.url)))}`;
}

describe('the page about testing a client', () => {
  it('has its blocks, each in a language that is run here', () => {
    expect(files.map(({ name }) => name)).toEqual([
      'download-model.ts',
      'three-lines.test.ts',
      'time.test.ts',
      'sessions.test.ts',
      'faults.test.ts',
      'findings.test.ts',
      'replay.test.ts',
    ]);
    expect(new Set(blocks.map(({ language }) => language))).toEqual(new Set(['ts', 'sh', 'text']));
  });

  for (const { name } of files.filter(({ name }) => name.endsWith('.test.ts'))) {
    describe(name, async () => {
      await import(/* @vite-ignore */ pathToFileURL(join(folder, name)).href);
    });
  }

  it('tells other languages what works', { skip: process.platform === 'win32' }, async () => {
    const sessions = createSessionDocks();
    const serving = await serve({ api: sessions.api, port: 0, host: '127.0.0.1' });
    const { text } = blocks.find(({ language }) => language === 'sh')!;
    const { stdout } = await promisify(execFile)('sh', ['-e', '-c', text], {
      env: { ...process.env, MODELDOCK: serving.url },
    });
    expect(stdout).toContain('"type": "completed"');
    expect(await sessions.open('checkout-17').journal.list()).toHaveLength(1);
    sessions.close();
    await serving.close();
  });
});
