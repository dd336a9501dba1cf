import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { watchFiles } from '../../src/node/watch-files.js';
import { until } from '../until.js';
import { download, operate, startListening } from './command.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modeldock-watch-'));
});

afterEach(() => rm(folder, { recursive: true }));

const inFolder = (name: string): string => join(folder, name);
const write = (name: string, content: unknown): Promise<void> =>
  writeFile(inFolder(name), typeof content === 'string' ? content : JSON.stringify(content));
const timers = (): string[] => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout');

describe('a watch on files', () => {
  it('sees a file that is written, replaced by another, removed and written again', async () => {
    await write('a.json', '1');
    await write('b.json', '1');
    const seen: string[] = [];
    const watch = watchFiles([inFolder('a.json'), inFolder('b.json')], { onChange: (paths) => seen.push(...paths) });
    try {
      const sees = async (act: () => Promise<void>): Promise<void> => {
        const before = seen.length;
        await act();
        await until(() => seen.length > before);
        expect(seen.at(-1)).toBe(inFolder('a.json'));
      };
      await sees(() => write('a.json', '22'));
      // As editors save: a new file takes the place of the old one, again and again.
      for (const text of ['333', '4444']) {
        await sees(async () => {
          await write('a.json~', text);
          await rename(inFolder('a.json~'), inFolder('a.json'));
        });
      }
      await sees(() => rm(inFolder('a.json')));
      await sees(() => write('a.json', '5'));
      expect(seen).not.toContain(inFolder('b.json'));
    } finally {
      watch.close();
    }
  });

  it('leaves no timer when it is closed', async () => {
    await write('a.json', '1');
    const before = timers().length;
    let events = 0;
    const watch = watchFiles([inFolder('a.json')], { onChange: () => events++, settleMs: 600_000 });
    await write('a.json', '2');
    await until(() => timers().length > before);
    watch.close();
    expect([timers().length, events]).toEqual([before, 0]);
  });

  it('cannot be on a folder that is not there', () => {
    expect(() => watchFiles([inFolder('none/a.json')], { onChange: () => undefined })).toThrow('ENOENT');
  });
});

describe('modeldock serve --watch', () => {
  const stalling = { steps: [{ type: 'stall' }] };
  const model = { displayName: 'X', type: 'llm', architecture: 'a', maxContextLength: 1 };
  const file = { repo: 'a/b', format: 'gguf', quantization: 'Q4', sizeBytes: 1000 };

  it('lets changes count for new jobs, and reports a wrong one while the old settings stay', async () => {
    await write('own.json', stalling);
    await write('catalog.json', { models: [{ ...model, id: 'acme/one', files: [file] }] });
    await write('config.json', { scenario: './own.json', catalog: './catalog.json', watch: true, seed: 'x' });
    const { url, stderr } = await startListening(['--config', inFolder('config.json')]);
    const started = async (name: string, session = ''): Promise<unknown> =>
      ((await download(`${url}${session}`, name)).body as { status?: string; error?: unknown }).status;
    const logged = (text: string): Promise<void> => until(() => stderr().includes(text));
    expect(await started('acme/one')).toBe('downloading');
    await operate(`${url}/s/own`, 'PUT', '/scenario', { body: { scenario: 'slow' } });

    await write('own.json', { steps: [] });
    await logged('own.json changed: scenario count');
    expect(await started('simulate/steady')).toBe('downloading');
    expect(((await operate(url, 'GET', '/scenario')).body as { scenario: unknown }).scenario).toEqual({ steps: [] });
    expect(((await operate(`${url}/s/own`, 'GET', '/scenario')).body as { scenario: unknown }).scenario).toBe('slow');
    expect(((await operate(`${url}/s/new`, 'GET', '/scenario')).body as { scenario: unknown }).scenario).toEqual({
      steps: [],
    });

    const two = { ...model, id: 'acme/two', files: [{ ...file, repo: 'a/c' }] };
    expect(await started('acme/two')).toBeUndefined();
    await write('catalog.json', [{ ...model, id: 'acme/one', files: [file] }, two]);
    await logged('catalog.json changed: catalog count');
    expect(await started('acme/two')).toBe('downloading');

    await write('catalog.json', [two]);
    await logged('Session default keeps its catalog: the catalog has no acme/one, which job ');
    expect(await started('acme/one', '/s/new')).toBeUndefined();
    expect(await started('acme/one')).toBe('downloading');

    await write('own.json', '{\n"steps": 3 }');
    await logged('own.json changed, and the old settings stay: ');
    expect(stderr()).toContain(`${inFolder('own.json')}:2:10: steps: expected an array, found 3`);
    expect(((await operate(url, 'GET', '/scenario')).body as { scenario: unknown }).scenario).toEqual({ steps: [] });

    await write('config.json', {
      scenario: 'stalls',
      hold: { '*': '42%' },
      catalog: './catalog.json',
      watch: true,
      seed: 'y',
    });
    await logged('start modeldock again for seed');
    expect(((await operate(url, 'GET', '/scenario')).body as { scenario: unknown }).scenario).toBe('stalls');
    expect((await operate(url, 'GET', '/scenario')).body).toMatchObject({ hold: { '*': '42%' } });
  });
});
