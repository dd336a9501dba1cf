import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { contentId, contentKey, contentOf, type Content, type ContentSource } from '../content/content.js';
import { quantizationInPath } from '../content/ggml-types.js';
import { ggufHeader } from '../content/gguf-header.js';
import { safetensorsHeader, type SafetensorsFacts } from '../content/safetensors-header.js';
import { InvalidInput } from '../read-input.js';
import type { FileDescription, Storage } from './description.js';

/** A file that can be served. */
export interface HubFile {
  path: string;
  size: number;
  storage: Storage;
  source: ContentSource;
  content: Content;
  /** Identifies the bytes on the CDN: 64 hex digits, not the sha256. */
  objectKey: string;
  /** The CDN's own ETag, and the `xetHash` of a Xet file: 64 hex digits, not the sha256 either. */
  xetHash: string;
}

const WEIGHTS = new Set(['.gguf', '.safetensors', '.bin', '.pt', '.pth', '.onnx', '.npz', '.h5', '.zip']);
const LFS_FROM_BYTES = 10 * 1024 * 1024;

/** Creates a servable file from its description. @throws InvalidInput if it is impossible */
export function makeFile(seed: string, repo: string, description: FileDescription): HubFile {
  const source = sourceOf(seed, repo, description);
  const storage = description.storage ?? usualStorage(description.path, source.size);
  if (storage === 'git' && source.size > LFS_FROM_BYTES) {
    throw new InvalidInput(
      `${repo}/${description.path}`,
      `Cannot keep ${repo}/${description.path} in git: its ${source.size} bytes are too many. Leave out storage, or set it to lfs.`,
    );
  }
  const id = contentId(source);
  const objectKey = sha256(`object\0${repo}\0${description.path}\0${id}`);
  return {
    path: description.path,
    size: source.size,
    storage,
    source,
    content: contentOf(source),
    objectKey,
    xetHash: sha256(`xet\0${id}`),
  };
}

function usualStorage(path: string, size: number): Storage {
  return WEIGHTS.has(extname(path).toLowerCase()) || size >= LFS_FROM_BYTES ? 'lfs' : 'git';
}

function sourceOf(seed: string, repo: string, file: FileDescription): ContentSource {
  if (file.text !== undefined) {
    const bytes = Buffer.from(file.text);
    return { type: 'bytes', size: bytes.length, bytes };
  }
  if (file.from !== undefined) {
    const path = resolve(file.from);
    const entry = statSync(path, { throwIfNoEntry: false });
    if (!entry?.isFile()) {
      throw new InvalidInput(`${repo}/${file.path}`, `Cannot serve ${repo}/${file.path}: there is no file ${path}.`);
    }
    const { size, mtimeMs } = entry;
    return { type: 'disk', size, path, modifiedAt: mtimeMs };
  }
  const size = file.size!;
  const key = contentKey(seed, `${repo}/${file.path}`, file.variant ?? '');
  try {
    return { type: 'seeded', size, key, head: headOf(repo, file, size) };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const message = `Cannot make ${repo}/${file.path}: ${error.message}, or head: "none".`;
    throw new InvalidInput(`${repo}/${file.path}`, message, { cause: error });
  }
}

function headOf(repo: string, file: FileDescription, size: number): Uint8Array {
  const extension = extname(file.path).toLowerCase();
  if (file.head === 'none') return new Uint8Array(0);
  if (extension === '.safetensors') return safetensorsHeader(safetensorsFacts(file.path), size);
  if (extension !== '.gguf') return new Uint8Array(0);
  const projector = /mmproj/i.test(file.path);
  const shard = shardOf(file.path);
  const facts = file.gguf ?? {};
  return ggufHeader(
    {
      architecture: facts.architecture ?? (projector ? 'clip' : /embed/i.test(repo) ? 'nomic-bert' : 'llama'),
      name: facts.name ?? repo.slice(repo.indexOf('/') + 1).replace(/-GGUF$/i, ''),
      quantization: quantizationInPath(file.path),
      contextLength: facts.contextLength ?? 8192,
      embeddingLength: facts.embeddingLength ?? (size < LFS_FROM_BYTES ? 256 : 2048),
      blockCount: facts.blockCount ?? (size < LFS_FROM_BYTES ? 2 : 32),
      ...(shard && { shard }),
    },
    size,
  );
}

/** Assigns two layers to each file, numbered from shard to shard. */
export function safetensorsFacts(path: string): SafetensorsFacts {
  const index = shardOf(path)?.index ?? 0;
  return { format: 'mlx', layers: { first: 2 * index, end: 2 * index + 2 } };
}

function shardOf(path: string): { index: number; count: number } | undefined {
  const [number, count] = (/-(\d{5})-of-(\d{5})\.\w+$/.exec(path) ?? []).slice(1).map(Number);
  // gguf-split numbers from 1: files of a set that is numbered from 0 get no place in the whole.
  if (number === undefined || count === undefined || number < 1 || number > count) return undefined;
  return { index: number - 1, count };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
