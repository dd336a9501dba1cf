import { join, relative } from 'node:path';
import { createOwnFiles } from '../../node/read-file.js';
import type { FileLayer } from '../file-layer.js';
import { writeDurably } from './durable-files.js';
import type { FoundFile } from './find-models.js';
import { OWN_FOLDER } from './safe-path.js';
import type { GgufFacts } from './read-gguf.js';

/**
 * Caches headers in the models folder: reading them takes half a second for each model, too long for every start of a
 * server.
 */
export interface HeaderCache {
  /** Undefined if it is not known, or the file has changed. */
  find(root: string, path: string, file: FoundFile): Promise<GgufFacts | undefined>;
  add(root: string, path: string, file: FoundFile, facts: GgufFacts): Promise<void>;
  /** Saves new headers, without those of files that no longer exist. @param paths all existing files */
  save(root: string, paths: ReadonlySet<string>): Promise<void>;
}

interface Entry {
  size: number;
  mtimeMs: number;
  inode: number;
  facts: GgufFacts;
}

interface Kept {
  /** Entries by the path in the models folder. */
  entries: Map<string, Entry>;
  isChanged: boolean;
}

const VERSION = 2;
const MOST_BYTES = 64 * 1024 * 1024;

/** Opens a cache. A file of another version, or an unreadable one, counts as empty. */
export function createHeaderCache(files: FileLayer, onWarning: (text: string) => void): HeaderCache {
  const own = createOwnFiles(files, onWarning);
  const known = new Map<string, Promise<Kept>>();
  const fileIn = (root: string): string => join(root, OWN_FOLDER, 'headers.json');

  function open(root: string): Promise<Kept> {
    const opened = known.get(root) ?? read(root).then((entries) => ({ entries, isChanged: false }));
    known.set(root, opened);
    return opened;
  }

  async function read(root: string): Promise<Map<string, Entry>> {
    try {
      const text = await own.read(fileIn(root), MOST_BYTES);
      const { version, headers } = JSON.parse(text ?? '{}') as { version?: unknown; headers?: unknown };
      if (version !== VERSION || typeof headers !== 'object' || headers === null) return new Map();
      return new Map(Object.entries(headers as Record<string, Entry>).filter(([, entry]) => isEntry(entry)));
    } catch {
      return new Map();
    }
  }

  return {
    async find(root, path, { size, mtimeMs, inode }) {
      const entry = (await open(root)).entries.get(relative(root, path));
      const isSame = entry?.size === size && entry.mtimeMs === mtimeMs && entry.inode === inode;
      return isSame ? entry.facts : undefined;
    },
    async add(root, path, { size, mtimeMs, inode }, facts) {
      const kept = await open(root);
      kept.entries.set(relative(root, path), { size, mtimeMs, inode, facts });
      kept.isChanged = true;
    },
    async save(root, paths) {
      const kept = await open(root);
      if (!kept.isChanged) return;
      kept.isChanged = false;
      const there = new Set([...paths].map((path) => relative(root, path)));
      for (const path of kept.entries.keys()) if (!there.has(path)) kept.entries.delete(path);
      const text = JSON.stringify({ version: VERSION, headers: Object.fromEntries(kept.entries) });
      // The cache only saves time, so an error is ignored: models must be listed on a full disk too.
      await writeDurably(files, fileIn(root), `${text}\n`).catch(() => undefined);
    },
  };
}

function isEntry(value: Partial<Entry> | null): boolean {
  const { kind, architecture, contextLength, parameters, toolUse } = value?.facts ?? ({} as Partial<GgufFacts>);
  return (
    ['model', 'embedding', 'projector', 'other'].includes(kind ?? '') &&
    typeof architecture === 'string' &&
    typeof contextLength === 'number' &&
    typeof parameters === 'number' &&
    typeof toolUse === 'boolean'
  );
}
