import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defineConfig } from '../../src/config/index.js';
import { parse, type Parsed } from './command-line.js';

let folder: string;
const before = process.cwd();

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modeldock-config-'));
  process.chdir(folder);
  folder = process.cwd();
});

afterEach(async () => {
  process.chdir(before);
  await rm(folder, { recursive: true });
});

const write = (name: string, content: unknown): Promise<void> =>
  writeFile(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
const settingsOf = async (parsed: Promise<Parsed>): Promise<Parsed['settings']> => {
  const { settings, stderr } = await parsed;
  expect(stderr).toBe('');
  return settings;
};

describe('a configuration', () => {
  it('in the working directory sets what no flag and no variable does', async () => {
    await write('modeldock.config.json', { $schema: 'x', port: 1, speed: 2, seed: 'config', profile: 'strict' });
    const settings = await settingsOf(parse(['--port', '3'], { MODELDOCK_SPEED: '4' }));
    expect(settings).toMatchObject({ port: 3, speed: 4, seed: 'config', profile: 'strict', logLevel: 'info' });
    expect(settings).not.toHaveProperty('$schema');
    expect(settings?.config).toBe(join(folder, 'modeldock.config.json'));
  });

  it('is another file where --config or its variable names one', async () => {
    await write('modeldock.config.json', { port: 1 });
    await write('other.jsonc', '{\n  // with a comment\n  "port": 2,\n}');
    expect(await settingsOf(parse(['--config', 'other.jsonc']))).toMatchObject({ port: 2 });
    expect(await settingsOf(parse([], { MODELDOCK_CONFIG: 'other.jsonc' }))).toMatchObject({ port: 2 });
  });

  it('is a module that exports it by default, or a promise of it', async () => {
    await write('modeldock.config.mjs', 'export default Promise.resolve({ seed: ["a", "b"].join("-") });');
    expect(await settingsOf(parse([]))).toMatchObject({ seed: 'a-b' });
  });

  it('has scenarios and catalogs in it, or names their files relative to itself', async () => {
    const scenario = { steps: [{ type: 'stall' }] };
    const model = { displayName: 'X', type: 'llm', architecture: 'a', maxContextLength: 1, files: [] };
    await write('own.json', scenario);
    await write('inside.json', { scenario, catalog: { models: [model] } });
    await write('named.json', { scenario: './own.json', catalog: [model] });
    process.chdir(tmpdir());
    const inside = await settingsOf(parse(['--config', join(folder, 'inside.json')]));
    expect(inside).toMatchObject({ scenario: { scenario }, catalog: [model] });
    const named = await settingsOf(parse(['--config', join(folder, 'named.json')]));
    expect(named).toMatchObject({ scenario: { name: join(folder, 'own.json'), scenario }, catalog: [model] });
    expect(named?.files).toEqual([join(folder, 'own.json')]);
    expect(await settingsOf(parse(['--scenario', 'slow', '--config', join(folder, 'named.json')]))).toMatchObject({
      scenario: { name: 'slow' },
    });
  });

  it('holds downloads', async () => {
    const hold = { 'a/b': '42%', 'qwen/*': { status: 'failed', progress: 0.5 } };
    await write('modeldock.config.json', { hold });
    expect(await settingsOf(parse([]))).toMatchObject({ hold });
    expect(await settingsOf(parse(['--hold', 'x/y=10%']))).toMatchObject({ hold: { 'x/y': '10%' } });
  });

  it('is read as the flags are', async () => {
    await write('modeldock.config.json', {
      ...{ engine: 'real', modelsDir: ['a', '/b'], catalogDir: 'c', bandwidth: '10MB/s', jobsAtOnce: 2, record: 'r' },
      ...{ cors: true, allowHost: ['x', 'y'], json: false, watch: true, inference: 'canned', requireToken: 't' },
    });
    expect(await settingsOf(parse([]))).toMatchObject({
      ...{ engine: 'real', modelsDir: [join(folder, 'a'), '/b'], catalogDir: join(folder, 'c'), bandwidth: 10_000_000 },
      ...{ jobsAtOnce: 2, record: join(folder, 'r'), cors: true, allowHost: ['x', 'y'], watch: true },
      ...{ inference: 'canned', requireToken: 't' },
    });
    expect((await parse([])).settings).not.toHaveProperty('json');
  });

  it('yields to a flag that excludes what it sets, and to a variable that switches it off', async () => {
    await write('modeldock.config.json', { frozen: true });
    expect(await settingsOf(parse(['--speed', '5']))).toMatchObject({ speed: 5 });
    expect((await settingsOf(parse(['--speed', '5'])))?.frozen).toBeUndefined();
    expect((await settingsOf(parse([], { MODELDOCK_FROZEN: '0' })))?.frozen).toBeUndefined();
    expect((await settingsOf(parse([])))?.frozen).toBe(true);
  });

  it('for one engine yields to a flag that chooses the other', async () => {
    await write('modeldock.config.json', { scenario: 'slow', speed: 3, port: 9 });
    const settings = await settingsOf(parse(['--engine', 'real']));
    expect(settings).toMatchObject({ engine: 'real', port: 9, speed: 1 });
  });

  it('gives exec its settings, but not its port', async () => {
    const config = defineConfig({ port: 1, scenario: 'slow' });
    await write('modeldock.config.json', config);
    const program = 'process.exit(new URL(process.env.MODELDOCK_URL).port === "1" ? 1 : 0)';
    const { code, stderr } = await parse(['exec', '--', process.execPath, '--eval', program]);
    expect([code || process.exitCode, stderr]).toEqual([0, '']);
  });
});

describe('a wrong configuration', () => {
  const at = (place: string): string => `modeldock.config.json:${place}: `;

  it.each<[string, string, string]>([
    [
      'a key that is nearly one',
      '{ "prot": 1 }',
      `${at('1:11')}prot: expected a known key (did you mean port?), found 1`,
    ],
    [
      'a flag as it is typed',
      '{ "models-dir": "x" }',
      'models-dir: expected a known key (did you mean modelsDir?), found "x"',
    ],
    ['a key that is none', '{ "colour": 1 }', 'colour: expected a flag of modeldock serve in camelCase, found 1'],
    [
      'a port that is none',
      '{\n  "port": 70000\n}',
      `${at('2:11')}port: expected a number of at most 65535, found 70000`,
    ],
    ['a switch that is text', '{ "frozen": "yes" }', 'frozen: expected true or false, found "yes"'],
    ['an unknown name', '{ "profile": "x" }', 'profile: expected one of "documented"'],
    [
      'an unknown scenario',
      '{ "scenario": "stedy" }',
      `${at('1:15')}scenario: expected a JSON file, or one of docs-example`,
    ],
    [
      'what excludes each other',
      '{ "frozen": true, "speed": 2 }',
      `${at('1:28')}speed: expected nothing beside frozen`,
    ],
    [
      'a step',
      '{ "scenario": { "steps": [\n{ "type": "x" }] } }',
      `${at('2:11')}scenario.steps[0].type: expected one of`,
    ],
    ['a model', '{ "catalog": [{}] }', `${at('1:15')}catalog[0].displayName: expected a text, found nothing`],
    [
      'a model of an object',
      '{ "catalog": { "models": [{}] } }',
      `${at('1:27')}catalog.models[0].type: expected one of`,
    ],
    ['what no flag takes', '{ "bandwidth": "fast" }', `${at('1:16')}bandwidth: expected bytes per second above 0`],
    ['a moment', '{ "hold": { "a/b": "soon" } }', `${at('1:20')}hold.a/b: expected a fraction`],
    ['no object', '[]', `${at('1:1')}the configuration: expected an object`],
    ['no JSON', '{ "port": }', `${at('1:11')}expected a value, found "}".`],
    ['keys of the other engine', '{ "modelsDir": "x" }', 'Cannot use modelsDir of'],
  ])('with %s is refused in words, with the place', async (_, text, message) => {
    await write('modeldock.config.json', text);
    const { code, stderr, settings } = await parse([]);
    expect([code, settings]).toEqual([1, undefined]);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('This was not expected');
  });

  it('shows no secret', async () => {
    await write('modeldock.config.json', { requireToken: 'se cret', inference: 'ftp://me:secret@host' });
    expect((await parse([])).stderr).not.toMatch(/se ?cret/);
    await write('modeldock.config.json', { inference: 'ftp://me:secret@host' });
    const { code, stderr } = await parse([]);
    expect([code, stderr]).toEqual([1, expect.not.stringContaining('secret')]);
  });

  it('names the file where a module is wrong', async () => {
    await write('modeldock.config.mjs', 'export default { port: "x" };');
    expect((await parse([])).stderr).toMatch(
      /Cannot read the configuration modeldock\.config\.mjs: Cannot use this configuration[^]* {2}port: expected a number, found "x"/,
    );
    await write('modeldock.config.mjs', 'export const port = 1;');
    expect((await parse([])).stderr).toContain('expected a default export, found none');
    await write('modeldock.config.mjs', 'export default {');
    expect((await parse([])).stderr).toContain('Cannot load ');
  });

  it('is none of two: which of them counts would be a guess', async () => {
    await write('modeldock.config.json', {});
    await write('modeldock.config.mjs', 'export default {};');
    expect((await parse([])).stderr).toContain('Cannot choose between modeldock.config.json and modeldock.config.mjs');
  });

  it('is one that is not there', async () => {
    const { code, stderr } = await parse(['--config', 'missing.json']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('Cannot read the configuration missing.json: ENOENT')]);
  });
});
