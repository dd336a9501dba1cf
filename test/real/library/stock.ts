import * as files from 'node:fs/promises';
import { join } from 'node:path';
import { createHub, type RepoInput } from '../../../src/hub/index.js';
import type { FileLayer } from '../../../src/real/file-layer.js';
import { openModelFolders } from '../../../src/real/library/model-folders.js';
import { recordFile } from '../../../src/real/library/presence.js';
import { createModelRecords, modelOf, type ModelRecord, type ModelRecords } from '../../../src/real/library/records.js';
import { createInstalledLibrary, type InstalledLibrary } from '../../../src/real/library/installed-library.js';
import type { PlannedFile } from '../../../src/real/plan.js';
import { put, sha256 } from './folders.js';

const KiB = 1024;

/** Small repos of every kind that the library can list. */
const repos: readonly RepoInput[] = [
  {
    id: 'acme/Chat-7B-GGUF',
    files: [
      { path: 'Chat-7B-Q4_K_M.gguf', size: 256 * KiB, gguf: { contextLength: 8192, name: 'Chat 7B' } },
      { path: 'Chat-7B-Q8_0.gguf', size: 300 * KiB, gguf: { contextLength: 8192, name: 'Chat 7B' } },
      { path: 'mmproj-Chat-7B-F16.gguf', size: 96 * KiB },
      { path: 'mmproj-Chat-7B-F32.gguf', size: 128 * KiB },
      { path: 'Chat-7B-Q4_K_M-imatrix.gguf', size: 257 * KiB, gguf: { contextLength: 8192, name: 'Chat 7B' } },
      { path: 'Chat-7B.imatrix.gguf', size: 16 * KiB },
      { path: 'MTP/Chat-7B-Q8_0-MTP.gguf', size: 16 * KiB },
      { path: 'Chat-7B-Q6_K-chunk-001-of-002.gguf', size: 64 * KiB },
      { path: 'big-mmproj-F16-00001-of-00002.gguf', size: 40 * KiB },
      { path: 'big-mmproj-F16-00002-of-00002.gguf', size: 40 * KiB },
    ],
  },
  {
    id: 'acme/Split-GGUF',
    files: [1, 2, 3].map((number) => ({ path: `BF16/Split-BF16-0000${number}-of-00003.gguf`, size: 128 * KiB })),
  },
  { id: 'acme/tiny-embed-GGUF', files: [{ path: 'tiny-embed-Q8_0.gguf', size: 128 * KiB }] },
  {
    id: 'acme/Chat-3B-MLX-4bit',
    files: [
      { path: 'model-00001-of-00002.safetensors', size: 64 * KiB },
      { path: 'model-00002-of-00002.safetensors', size: 64 * KiB },
      {
        path: 'config.json',
        text: JSON.stringify({
          model_type: 'qwen3',
          max_position_embeddings: 40_960,
          quantization: { bits: 4, group_size: 64 },
        }),
      },
      {
        path: 'model.safetensors.index.json',
        text: JSON.stringify({
          weight_map: { a: 'model-00001-of-00002.safetensors', b: 'model-00002-of-00002.safetensors' },
        }),
      },
      {
        path: 'tokenizer_config.json',
        text: JSON.stringify({ chat_template: '{% if tools %}{{ tools }}{% endif %}' }),
      },
    ],
  },
];

/** Bytes of all files of `repos`, by `owner/repo/path`. */
export async function fetchStock(): Promise<ReadonlyMap<string, Uint8Array>> {
  const hub = await createHub({ repos, rateLimits: false, digestCache: false });
  try {
    await hub.ready();
    const stock = new Map<string, Uint8Array>();
    for (const repo of repos) {
      for (const { path } of 'files' in repo ? repo.files : []) {
        const answer = await fetch(`${hub.endpoint}/${repo.id}/resolve/main/${path}`);
        stock.set(`${repo.id}/${path}`, new Uint8Array(await answer.arrayBuffer()));
      }
    }
    return stock;
  } finally {
    await hub.close();
  }
}

/** A models folder, and the library over it. */
export interface World {
  root: string;
  library: InstalledLibrary;
  records: ModelRecords;
  warnings: string[];
  /** How often a file was opened, that is, read. */
  opened: () => number;
  /** Puts files of the stock there, as any program might. */
  add(repo: string, ...paths: string[]): Promise<void>;
  /** Records them, as if modeldock had put them there. */
  record(
    repo: string,
    quantization: string | undefined,
    paths: string[],
    more?: Partial<ModelRecord>,
  ): Promise<ModelRecord>;
}

export async function openWorld(root: string, stock: ReadonlyMap<string, Uint8Array>): Promise<World> {
  const warnings: string[] = [];
  const warn = (text: string): void => void warnings.push(text);
  let opened = 0;
  const layer: FileLayer = {
    ...files,
    open: (...input: Parameters<typeof files.open>) => {
      if (typeof input[0] === 'string' && !input[0].includes('.modeldock')) opened += 1;
      return files.open(...input);
    },
  };
  const records = createModelRecords(layer, warn);
  const folders = await openModelFolders({ files: layer, roots: [root] });
  const bytesOf = (name: string): Uint8Array => {
    const bytes = stock.get(name);
    if (!bytes) throw new Error(`The stock has no ${name}.`);
    return bytes;
  };

  const library = createInstalledLibrary({ folders, files: layer, records, onWarning: warn });
  return {
    root,
    library,
    records,
    warnings,
    opened: () => opened,
    async add(repo, ...paths) {
      for (const path of paths) await put(join(root, repo, path), bytesOf(`${repo}/${path}`));
    },
    async record(repoId, quantization, paths, more = {}) {
      const [owner, repo] = repoId.split('/') as [string, string];
      const recorded = await Promise.all(
        paths.map((path) => {
          const bytes = bytesOf(`${repoId}/${path}`);
          const file: PlannedFile = { path, size: bytes.length, digest: { algorithm: 'sha256', hex: sha256(bytes) } };
          return recordFile(layer, file, join(root, repoId, path));
        }),
      );
      const facts = { owner, repo, ...(quantization !== undefined && { quantization }) };
      const format = paths.some((path) => path.endsWith('.gguf')) ? ('gguf' as const) : ('mlx' as const);
      const kept = { model: modelOf(facts), ...facts, commit: 'c'.repeat(40), format, recordedAt: 1, files: recorded };
      const record = { ...kept, key: '', ...more };
      const named = { ...record, key: await library.keyOf(root, record) };
      await records.write(root, named);
      return named;
    },
  };
}
