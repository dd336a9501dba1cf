import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { unlessMissing } from '../../node/file-errors.js';
import { createOwnFiles } from '../../node/read-file.js';
import { syncFolder } from '../../node/sync-folder.js';
import type { FileLayer } from '../file-layer.js';
import type { Digest, DownloadPlan } from '../plan.js';
import { makeFolder, writeDurably } from './durable-files.js';
import type { Fingerprint } from './fingerprint.js';
import { OWN_FOLDER } from './safe-path.js';

/** A verified file, and its fingerprint. */
export interface RecordedFile extends Fingerprint {
  /** The path in the repo, with slashes. */
  path: string;
  digest: Digest;
}

/** A model that modeldock downloaded into a models folder. */
export interface ModelRecord {
  /**
   * The identity of the downloaded model: `owner/repo@quantization`, lower-case; without `@…` if the whole repo is the
   * option.
   */
  model: string;
  /** The name by which it is listed and loaded. */
  key: string;
  /** `publisher/name`, if it was requested by that. */
  catalogId?: string;
  /** In the hub's spelling. */
  owner: string;
  repo: string;
  /** `owner/repo` as its folder spells it, where that differs in case. */
  folder?: string;
  commit: string;
  format: DownloadPlan['format'];
  quantization?: string;
  /** In the order of publication: the file that completes the model is last. */
  files: readonly RecordedFile[];
  /** Milliseconds since the epoch. */
  recordedAt: number;
}

export interface ModelRecords {
  list(root: string): Promise<ModelRecord[]>;
  find(root: string, model: string): Promise<ModelRecord | undefined>;
  /** Replaces the record of the same model; survives a power failure. */
  write(root: string, record: ModelRecord): Promise<void>;
  remove(root: string, model: string): Promise<void>;
}

const VERSION = 1;
const MOST_RECORD_BYTES = 64 * 1024 * 1024;

/** Returns the identity of a plan's model. */
export function modelOf({ owner, repo, quantization }: Pick<DownloadPlan, 'owner' | 'repo' | 'quantization'>): string {
  return `${owner}/${repo}${quantization === undefined ? '' : `@${quantization}`}`.toLowerCase();
}

/**
 * Keeps records under `<root>/.modeldock/installed`, a file each. An unreadable one is skipped with a warning: the
 * model's files are then hashed when they are requested again.
 */
export function createModelRecords(
  files: FileLayer,
  onWarning: (text: string) => void = () => undefined,
): ModelRecords {
  const own = createOwnFiles(files, onWarning);
  const folderOf = (root: string): string => join(root, OWN_FOLDER, 'installed');
  const pathOf = (root: string, model: string): string => join(folderOf(root), fileName(model));

  async function read(path: string): Promise<ModelRecord | undefined> {
    try {
      const text = await own.read(path, MOST_RECORD_BYTES);
      return text === undefined ? undefined : parseRecord(text);
    } catch (error) {
      onWarning(`Cannot use the record ${path}: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  }

  /** Moves aside a folder with the name of a record: a file cannot replace it. */
  async function makeWay(path: string): Promise<void> {
    if ((await unlessMissing(files.lstat(path)))?.isDirectory() !== true) return;
    const aside = `${path}.set-aside-${Date.now().toString(36)}`;
    await files.rename(path, aside);
    onWarning(`Cannot use ${path}: expected a file, found a folder. It was renamed to ${aside}.`);
  }

  return {
    async list(root) {
      const names = await own.names(folderOf(root));
      const records: ModelRecord[] = [];
      for (const name of names.sort()) {
        if (!name.endsWith('.json')) continue;
        const record = await read(join(folderOf(root), name));
        if (record) records.push(record);
      }
      return records;
    },
    async find(root, model) {
      const record = await read(pathOf(root, model));
      return record?.model === model ? record : undefined;
    },
    async write(root, record) {
      await makeFolder(files, folderOf(root));
      const text = `${JSON.stringify({ version: VERSION, ...record }, undefined, 2)}\n`;
      await makeWay(pathOf(root, record.model));
      await writeDurably(files, pathOf(root, record.model), text);
    },
    async remove(root, model) {
      await files.rm(pathOf(root, model), { force: true });
      await syncFolder(files, folderOf(root));
    },
  };
}

/** Returns a readable name, short enough for any disk; the hash distinguishes identities that read alike. */
function fileName(model: string): string {
  const readable = model.replaceAll(/[^a-z0-9.@_-]+/g, '--').slice(0, 150);
  return `${readable}.${createHash('sha256').update(model).digest('hex').slice(0, 8)}.json`;
}

/** @throws Error saying what is wrong with it */
function parseRecord(text: string): ModelRecord {
  const { version, ...record } = JSON.parse(text) as Partial<ModelRecord> & { version?: unknown };
  if (version !== VERSION) throw new Error(`expected version ${VERSION}, found ${String(version)}.`);
  const { model, key, owner, repo, folder = '', commit, format, files, recordedAt } = record;
  const isText =
    [model, key, owner, repo, commit].every((value) => typeof value === 'string' && value !== '') &&
    typeof folder === 'string';
  const isKnown = (format === 'gguf' || format === 'mlx') && typeof recordedAt === 'number';
  if (!isText || !isKnown || !Array.isArray(files) || !files.every(isRecordedFile)) {
    throw new Error('expected the record of a model, found something else.');
  }
  return record as ModelRecord;
}

function isRecordedFile(value: unknown): value is RecordedFile {
  const { path, size, mtimeMs, inode, digest } = (value ?? {}) as Partial<RecordedFile>;
  return (
    typeof path === 'string' &&
    [size, mtimeMs, inode].every((number) => typeof number === 'number') &&
    (digest?.algorithm === 'sha256' || digest?.algorithm === 'git-sha1') &&
    /^[0-9a-f]{40,64}$/.test(digest.hex)
  );
}
