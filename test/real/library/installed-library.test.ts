import * as files from 'node:fs/promises';
import { readdir, rename, stat, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { takeLock } from '../../../src/real/library/locks.js';
import { realClock } from '../../../src/real/real-clock.js';
import { put, temporaryFolder } from './folders.js';
import { fetchStock, openWorld, type World } from './stock.js';

// They touch the disk thousands of times; a slow one must not make them fail.
const CHAT = 'acme/Chat-7B-GGUF';
const SPLIT = 'acme/Split-GGUF';
const MLX = 'acme/Chat-3B-MLX-4bit';
const mlxFiles = [
  'model-00001-of-00002.safetensors',
  'model-00002-of-00002.safetensors',
  'model.safetensors.index.json',
  'tokenizer_config.json',
  'config.json',
];
const shards = [1, 2, 3].map((number) => `BF16/Split-BF16-0000${number}-of-00003.gguf`);

let stock: ReadonlyMap<string, Uint8Array>;
beforeAll(async () => {
  stock = await fetchStock();
});

async function world(): Promise<World> {
  return openWorld(await temporaryFolder(), stock);
}

async function keysOf({ library }: World): Promise<string[]> {
  return (await library.installed()).map(({ key }) => key).sort();
}

describe('the list of models', () => {
  it('is empty where there are none', async () => {
    expect(await keysOf(await world())).toEqual([]);
  });

  it('has a GGUF file that another program put there, as its header describes it', async () => {
    const here = await world();
    await here.add(CHAT, 'Chat-7B-Q4_K_M.gguf');
    expect(await here.library.installed()).toEqual([
      {
        key: 'chat-7b',
        type: 'llm',
        publisher: 'acme',
        displayName: 'Chat 7B',
        architecture: 'llama',
        quantization: { name: 'Q4_K_M', bitsPerWeight: 4 },
        sizeBytes: 256 * 1024,
        params: '7B',
        maxContextLength: 8192,
        format: 'gguf',
        capabilities: { vision: false, toolUse: false },
      },
    ]);
  });

  it('has one entry for all shards, once all are there', async () => {
    const here = await world();
    await here.add(SPLIT, shards[0]!, shards[2]!);
    expect(await keysOf(here)).toEqual([]);
    await here.add(SPLIT, shards[1]!);
    const [model] = await here.library.installed();
    expect(model).toMatchObject({ key: 'split', quantization: { name: 'BF16', bitsPerWeight: 16 } });
    expect(model!.sizeBytes).toBe(3 * 128 * 1024);
  });

  it('has vision where there is a projector, which is no model', async () => {
    const here = await world();
    await here.add(CHAT, 'Chat-7B-Q4_K_M.gguf', 'mmproj-Chat-7B-F32.gguf', 'mmproj-Chat-7B-F16.gguf');
    const models = await here.library.installed();
    expect(models).toHaveLength(1);
    expect(models[0]!.capabilities).toEqual({ vision: true, toolUse: false });
    expect(models[0]!.sizeBytes).toBe((256 + 96) * 1024);
  });

  it('counts and removes each shard of a projector', async () => {
    const here = await world();
    const projector = [1, 2].map((number) => `big-mmproj-F16-0000${number}-of-00002.gguf`);
    await here.add(CHAT, 'Chat-7B-Q4_K_M.gguf', ...projector);
    const [model] = await here.library.installed();
    expect(model).toMatchObject({ capabilities: { vision: true }, sizeBytes: (256 + 2 * 40) * 1024 });
    const { files: removed } = await here.library.remove('chat-7b', { force: true });
    expect(removed).toHaveLength(3);
  });

  it('has models made with an imatrix, and no imatrix data, draft heads or pieces of files', async () => {
    const here = await world();
    await here.add(CHAT, 'Chat-7B.imatrix.gguf', 'MTP/Chat-7B-Q8_0-MTP.gguf', 'Chat-7B-Q6_K-chunk-001-of-002.gguf');
    expect(await keysOf(here)).toEqual([]);
    await here.add(CHAT, 'Chat-7B-Q4_K_M-imatrix.gguf');
    expect(await here.library.installed()).toMatchObject([{ key: 'chat-7b', sizeBytes: 257 * 1024 }]);
  });

  it('has no MLX folder whose weights are pieces, unless an index names them', async () => {
    const here = await world();
    const folder = join(here.root, MLX);
    await here.add(MLX, 'config.json', 'tokenizer_config.json', 'model-00001-of-00002.safetensors');
    await rename(join(folder, 'model-00001-of-00002.safetensors'), join(folder, 'weights.00.safetensors'));
    expect(await keysOf(here)).toEqual([]);
    await writeFile(
      join(folder, 'model.safetensors.index.json'),
      JSON.stringify({ weight_map: { a: 'weights.00.safetensors' } }),
    );
    expect(await keysOf(here)).toEqual(['chat-3b-mlx']);
  });

  it('has embedding models under a name of their own', async () => {
    const here = await world();
    await here.add('acme/tiny-embed-GGUF', 'tiny-embed-Q8_0.gguf');
    const [model] = await here.library.installed();
    expect(model).toMatchObject({ key: 'text-embedding-tiny-embed', type: 'embedding', maxContextLength: 8192 });
    expect(model).not.toHaveProperty('capabilities');
  });

  it('has an MLX folder as its configuration describes it, once its weights are all there', async () => {
    const here = await world();
    await here.add(MLX, ...mlxFiles.filter((path) => !path.includes('00002-of')));
    expect(await keysOf(here)).toEqual([]);
    await here.add(MLX, 'model-00002-of-00002.safetensors');
    expect(await here.library.installed()).toMatchObject([
      {
        key: 'chat-3b-mlx',
        type: 'llm',
        architecture: 'qwen3',
        quantization: { name: '4bit', bitsPerWeight: 4 },
        params: '3B',
        maxContextLength: 40_960,
        format: 'mlx',
        capabilities: { vision: false, toolUse: true },
      },
    ]);
  });

  it('has nothing that is not finished', async () => {
    const here = await world();
    await here.add(CHAT, 'Chat-7B-Q4_K_M.gguf');
    const folder = join(here.root, CHAT);
    await rename(join(folder, 'Chat-7B-Q4_K_M.gguf'), join(folder, 'downloading_Chat-7B-Q4_K_M.gguf.part'));
    await put(join(here.root, '.modeldock', 'job_1', '0.part'), 'a part');
    await put(join(folder, 'downloading_x.gguf'), 'of LM Studio');
    expect(await keysOf(here)).toEqual([]);
    expect(here.warnings).toEqual([]);
  });

  it('has no folder whose files are just being put there', async () => {
    const here = await world();
    await here.add(MLX, ...mlxFiles);
    const lock = await takeLock({
      ...{ files, clock: realClock, limits: { lockTouchMs: 1000, lockStaleMs: 60_000 }, root: here.root },
      ...{ folder: join(here.root, MLX), paths: mlxFiles, subject: MLX },
    });
    expect(await keysOf(here)).toEqual([]);
    await lock.release();
    expect(await keysOf(here)).toEqual(['chat-3b-mlx']);
  });

  it('passes over files that are no models or are damaged, and warns once', async () => {
    const here = await world();
    await here.add(CHAT, 'Chat-7B-Q4_K_M.gguf', 'Chat-7B-Q8_0.gguf');
    const folder = join(here.root, CHAT);
    await truncate(join(folder, 'Chat-7B-Q8_0.gguf'), 290_000);
    await put(join(folder, 'noise.gguf'), Buffer.alloc(5000, 7));
    await put(join(folder, 'empty.gguf'), '');
    await put(join(folder, 'Chat-7B.imatrix.gguf'), 'data about a model');
    await put(join(here.root, MLX, 'config.json'), '{ torn');
    await put(join(here.root, MLX, 'model.safetensors'), 'weights');
    await put(join(here.root, 'a file among publishers'), '');
    await put(join(here.root, 'acme', 'a file among repos'), '');
    await symlink(join(here.root, 'nowhere'), join(folder, 'dangling.gguf'));
    expect(await keysOf(here)).toEqual(['chat-7b']);
    expect(here.warnings).toHaveLength(4);
    await keysOf(here);
    expect(here.warnings).toHaveLength(4);
  });

  it('follows links that a user made, also one that leads back', async () => {
    const [here, disk] = [await world(), await temporaryFolder()];
    await put(join(disk, 'Chat-7B-GGUF', 'Chat-7B-Q4_K_M.gguf'), stock.get(`${CHAT}/Chat-7B-Q4_K_M.gguf`)!);
    await symlink(disk, join(here.root, 'acme'));
    await symlink(disk, join(disk, 'Chat-7B-GGUF', 'back'));
    expect(await keysOf(here)).toContain('chat-7b');
  });

  it('reads each header once, and again when the file is another one', async () => {
    const here = await world();
    await here.add(CHAT, 'Chat-7B-Q4_K_M.gguf');
    await utimes(join(here.root, CHAT, 'Chat-7B-Q4_K_M.gguf'), 1000, 1000);
    expect(await keysOf(here)).toEqual(['chat-7b']);
    await writeFile(join(here.root, CHAT, 'Chat-7B-Q4_K_M.gguf'), Buffer.alloc(256 * 1024));
    await utimes(join(here.root, CHAT, 'Chat-7B-Q4_K_M.gguf'), 1000, 1000);
    expect(await keysOf(here)).toEqual(['chat-7b']);
    await utimes(join(here.root, CHAT, 'Chat-7B-Q4_K_M.gguf'), 2000, 2000);
    expect(await keysOf(here)).toEqual([]);

    await here.add(MLX, ...mlxFiles);
    await here.library.installed();
    const before = here.opened();
    expect(before).toBeGreaterThan(0);
    await here.library.installed();
    expect(here.opened()).toBe(before);
    await utimes(join(here.root, MLX, 'config.json'), 1, 1);
    await here.library.installed();
    expect(here.opened()).toBeGreaterThan(before);
  });

  it('knows headers from before it was started, as long as the files are the same', async () => {
    const first = await world();
    await first.add(CHAT, 'Chat-7B-Q4_K_M.gguf');
    const path = join(first.root, CHAT, 'Chat-7B-Q4_K_M.gguf');
    await utimes(path, 1000, 1000);
    const listed = await first.library.installed();
    await writeFile(path, Buffer.alloc(256 * 1024));
    await utimes(path, 1000, 1000);
    expect(await (await openWorld(first.root, stock)).library.installed()).toEqual(listed);

    await writeFile(join(first.root, '.modeldock', 'headers.json'), '{"version":1,"headers":{"x":null},');
    const third = await openWorld(first.root, stock);
    expect(await keysOf(third)).toEqual([]);
    expect(third.warnings).toHaveLength(1);
    expect(third.warnings[0]).toContain(path);
  });

  it('gives models that come to the same key different ones, the newest the short one', async () => {
    const here = await world();
    await here.add(CHAT, 'Chat-7B-Q4_K_M.gguf', 'Chat-7B-Q8_0.gguf');
    await utimes(join(here.root, CHAT, 'Chat-7B-Q4_K_M.gguf'), 1000, 1000);
    expect(await keysOf(here)).toEqual(['chat-7b', 'chat-7b@q4_k_m']);
    const other = join(here.root, 'other', 'Chat-7B-GGUF', 'Chat-7B-Q4_K_M.gguf');
    await put(other, stock.get(`${CHAT}/Chat-7B-Q4_K_M.gguf`)!);
    await utimes(other, 10, 10);
    expect(await keysOf(here)).toEqual(['chat-7b', 'chat-7b@q4_k_m', 'other/chat-7b']);
    expect((await here.library.find('chat-7b@q8_0'))[0]!.model.quantization!.name).toBe('Q8_0');
  });

  it('has the variants of a catalog model as one', async () => {
    const here = await world();
    await here.add(CHAT, 'Chat-7B-Q4_K_M.gguf', 'Chat-7B-Q8_0.gguf');
    await here.record(CHAT, 'Q8_0', ['Chat-7B-Q8_0.gguf'], { catalogId: 'acme/chat', recordedAt: 1 });
    const { key } = await here.record(CHAT, 'Q4_K_M', ['Chat-7B-Q4_K_M.gguf'], {
      catalogId: 'acme/chat',
      recordedAt: 2,
    });
    expect(key).toBe('acme/chat');
    expect(await here.library.installed()).toMatchObject([
      {
        key: 'acme/chat',
        publisher: 'acme',
        variants: ['acme/chat@q8_0', 'acme/chat@q4_k_m'],
        selectedVariant: 'acme/chat@q4_k_m',
        quantization: { name: 'Q4_K_M' },
      },
    ]);
  });
});

describe('the key of a record', () => {
  it('is what the model is listed under, for embedding models too', async () => {
    const here = await world();
    await here.add('acme/tiny-embed-GGUF', 'tiny-embed-Q8_0.gguf');
    await here.add(MLX, ...mlxFiles);
    const embedding = await here.record('acme/tiny-embed-GGUF', 'Q8_0', ['tiny-embed-Q8_0.gguf']);
    const mlx = await here.record(MLX, undefined, mlxFiles);
    expect(await keysOf(here)).toEqual([mlx.key, embedding.key].sort());
  });
});

describe('loading', () => {
  it('keeps a record of instances, and refuses models that are not there', async () => {
    const here = await world();
    await here.add(CHAT, 'Chat-7B-Q4_K_M.gguf');
    const first = await here.library.load({ model: 'chat-7b', contextLength: 1000 });
    const second = await here.library.load({ model: 'chat-7b' });
    expect([first.id, second.id]).toEqual(['chat-7b', 'chat-7b:2']);
    await here.library.unload('chat-7b');
    expect(await here.library.loaded()).toEqual([second]);
    await expect(here.library.load({ model: 'gone' })).rejects.toMatchObject({ code: 'model_not_installed' });
    await expect(here.library.unload('gone')).rejects.toMatchObject({ code: 'instance_not_loaded' });
  });
});

describe('removing a model', () => {
  it('deletes what was recorded, the record and the folders that are empty then', async () => {
    const here = await world();
    await here.add(SPLIT, ...shards);
    await here.record(SPLIT, 'BF16', [...shards].reverse());
    await here.library.load({ model: 'split' });
    const removed = await here.library.remove('split');
    expect(removed.key).toBe('split');
    expect([...removed.files].sort()).toEqual(shards.map((path) => join(here.root, SPLIT, path)));
    expect(removed.bytes).toBe(3 * 128 * 1024);
    expect(await readdir(here.root)).toEqual(['.modeldock']);
    expect(await here.records.list(here.root)).toEqual([]);
    expect(await here.library.loaded()).toEqual([]);
  });

  it('takes a label with what tells its file from another one of that label', async () => {
    const here = await world();
    const [plain, other] = ['Chat-7B-Q4_K_M.gguf', 'Chat-7B-Q4_K_M-imatrix.gguf'] as const;
    await here.add(CHAT, plain, other);
    const find = async (name: string) => (await here.library.find(name)).map(({ found }) => found.main.path);
    expect(await find(`${CHAT}@Q4_K_M-imatrix`)).toEqual([other]);
    expect(await find(`${CHAT.toLowerCase()}@q4_k_m-IMATRIX`)).toEqual([other]);
    await here.library.remove(`${CHAT}@Q4_K_M-imatrix`, { force: true });
    expect(await readdir(join(here.root, CHAT))).toEqual([plain]);
  });

  it('is refused for files that modeldock did not put there, and names them', async () => {
    const here = await world();
    await here.add(CHAT, 'Chat-7B-Q4_K_M.gguf', 'mmproj-Chat-7B-F16.gguf');
    const error = await here.library.remove('chat-7b').catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'unrecorded_files', subject: 'chat-7b' });
    for (const path of ['Chat-7B-Q4_K_M.gguf', 'mmproj-Chat-7B-F16.gguf']) {
      expect((error as Error).message).toContain(join(here.root, CHAT, path));
      expect((await stat(join(here.root, CHAT, path))).isFile()).toBe(true);
    }
    expect((await here.library.remove('chat-7b', { force: true })).files).toHaveLength(2);
    expect(await readdir(here.root)).toEqual(['.modeldock']);
  });

  it('is refused for a recorded file that was changed since, and deletes nothing', async () => {
    const here = await world();
    await here.add(SPLIT, ...shards);
    await here.record(SPLIT, 'BF16', [...shards].reverse());
    await utimes(join(here.root, SPLIT, shards[1]!), 1, 1);
    await expect(here.library.remove('split')).rejects.toMatchObject({ code: 'unrecorded_files' });
    expect(await keysOf(here)).toEqual(['split']);
    await here.library.remove('split', { force: true });
    expect(await here.records.list(here.root)).toEqual([]);
  });

  it('leaves a projector that another quantization uses, and files without a model', async () => {
    const here = await world();
    const projector = 'mmproj-Chat-7B-F16.gguf';
    await here.add(CHAT, 'Chat-7B-Q4_K_M.gguf', 'Chat-7B-Q8_0.gguf', projector);
    await here.record(CHAT, 'Q4_K_M', [projector, 'Chat-7B-Q4_K_M.gguf'], { recordedAt: 2 });
    await here.record(CHAT, 'Q8_0', [projector, 'Chat-7B-Q8_0.gguf'], { recordedAt: 1 });
    await put(join(here.root, CHAT, 'notes.txt'), 'mine');
    await here.library.remove('chat-7b@q4_k_m');
    expect((await readdir(join(here.root, CHAT))).sort()).toEqual(['Chat-7B-Q8_0.gguf', projector, 'notes.txt'].sort());
    expect(await keysOf(here)).toEqual(['chat-7b']);
    await here.library.remove('chat-7b');
    expect(await readdir(join(here.root, CHAT))).toEqual(['notes.txt']);
  });

  it('leaves what a user added to an MLX folder', async () => {
    const here = await world();
    await here.add(MLX, ...mlxFiles);
    await here.record(MLX, undefined, mlxFiles);
    await put(join(here.root, MLX, 'notes.txt'), 'mine');
    await here.library.remove('chat-3b-mlx');
    expect(await readdir(join(here.root, MLX))).toEqual(['notes.txt']);
  });

  it('is refused while some process writes the model', async () => {
    const here = await world();
    await here.add(CHAT, 'Chat-7B-Q4_K_M.gguf');
    await here.record(CHAT, 'Q4_K_M', ['Chat-7B-Q4_K_M.gguf']);
    const lock = await takeLock({
      ...{ files, clock: realClock, limits: { lockTouchMs: 1000, lockStaleMs: 60_000 }, root: here.root },
      ...{ folder: join(here.root, CHAT), paths: ['Chat-7B-Q4_K_M.gguf'], subject: CHAT },
    });
    await expect(here.library.remove('chat-7b', { force: true })).rejects.toMatchObject({ code: 'model_busy' });
    await lock.release();
    await here.library.remove('chat-7b');
  });

  it('is refused for a key that is not there, with those that are', async () => {
    const here = await world();
    await here.add(CHAT, 'Chat-7B-Q4_K_M.gguf');
    await expect(here.library.remove('chat')).rejects.toMatchObject({
      code: 'model_not_installed',
      choices: ['chat-7b'],
    });
  });

  it('keeps the link of a user whose target it empties', async () => {
    const [here, disk] = [await world(), await temporaryFolder()];
    await symlink(disk, join(here.root, 'acme'));
    await here.add(CHAT, 'Chat-7B-Q4_K_M.gguf');
    await here.record(CHAT, 'Q4_K_M', ['Chat-7B-Q4_K_M.gguf']);
    await here.library.remove('chat-7b');
    expect(await readdir(disk)).toEqual([]);
    expect((await files.lstat(join(here.root, 'acme'))).isSymbolicLink()).toBe(true);
  });
});
