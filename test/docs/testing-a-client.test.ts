import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { toJSONSchema } from 'zod';
import { createDock, createSessions, parseCatalog, parseScenario } from '../../src/index.js';
import { serve } from '../../src/server/index.js';
import { scenarioSchema } from '../../src/simulator/scenario-schema.js';

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

const json = blocks.filter(({ language }) => language === 'json').map(({ text }) => JSON.parse(text) as unknown);

/** Of each phase, its type, its fields, and which of them have to be there. */
interface PhaseSchema {
  properties: { type: { const: string } } & Record<string, object>;
  required: string[];
}
const scenario = toJSONSchema(scenarioSchema) as unknown as {
  properties: { steps: { items: { oneOf: PhaseSchema[] } } };
};
const phaseSchemas = scenario.properties.steps.items.oneOf;

describe('the page about testing a client', () => {
  it('has its blocks, each in a language that is run here', () => {
    expect(files.map(({ name }) => name)).toEqual([
      'download-model.ts',
      'three-lines.test.ts',
      'time.test.ts',
      'fake-timers.test.ts',
      'moments.test.ts',
      'inference.test.ts',
      'sessions.test.ts',
      'faults.test.ts',
      'findings.test.ts',
      'replay.test.ts',
    ]);
    expect(new Set(blocks.map(({ language }) => language))).toEqual(new Set(['ts', 'sh', 'text', 'json']));
  });

  for (const { name } of files.filter(({ name }) => name.endsWith('.test.ts'))) {
    describe(name, async () => {
      await import(/* @vite-ignore */ pathToFileURL(join(folder, name)).href);
    });
  }

  it('has a client that type-checks where there is no page: the types of a body were those of the DOM', async () => {
    const compiler = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));
    const flags = '--ignoreConfig --noEmit --strict --target ES2023 --lib ES2023 --module NodeNext --types node'.split(
      ' ',
    );
    const compiled = promisify(execFile)(process.execPath, [compiler, ...flags, join(folder, 'download-model.ts')]);
    expect(await compiled.catch((failed: unknown) => failed)).toMatchObject({ stdout: '' });
  });

  it('has every phase of a scenario with its fields, as the schema has them', () => {
    const expected = phaseSchemas.map(({ properties: { type, ...fields }, required }) => {
      const names = Object.keys(fields).map((name) => `\`${name}${required.includes(name) ? '' : '?'}\``);
      return [`\`${type.const}\``, names.join(', ')];
    });
    expect(expected).toHaveLength(8);
    const rows = [...page.matchAll(/^\| (`\w+`) +\| ((?:`\w+\??`(?:, )?)+) +\|/gm)].map(([, phase, fields]) => [
      phase,
      fields,
    ]);
    expect(rows).toEqual(expected);
  });

  it('has a scenario that can be played, with every phase', () => {
    const { steps } = parseScenario(json[0]);
    const types = phaseSchemas.map(({ properties }) => properties.type.const);
    expect([...new Set(steps.map(({ type }) => type))].sort()).toEqual(types.sort());
  });

  it('has a catalog that can be used, whose fields that may be left out may be', async () => {
    const [model] = parseCatalog(json[1]);
    const dock = createDock({ scenario: 'instant', catalog: [model!] });
    const answer = await dock.api.fetch(
      new Request('http://localhost:1234/api/v1/models/download', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ model: model!.id }),
      }),
    );
    expect(await answer.json()).toMatchObject({ status: 'completed', total_size_bytes: model!.files[0]!.sizeBytes });
    const [, named] = /the first of the files\. (.*?) may be left out/s.exec(page)!;
    const optional = [...named!.matchAll(/`(\w+)`/g)].map(([, name]) => name!);
    const rest = Object.fromEntries(Object.entries(model!).filter(([name]) => !optional.includes(name)));
    expect(parseCatalog([rest])).toHaveLength(1);
    for (const name of Object.keys(rest)) {
      expect(() => parseCatalog([{ ...rest, [name]: undefined }]), name).toThrow(name);
    }
  });

  it('tells other languages what works', { skip: process.platform === 'win32' }, async () => {
    const sessions = createSessions();
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
