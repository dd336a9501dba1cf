import * as disk from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { constants } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fractionAt } from '../../../src/core/random.js';
import type { FileLayer } from '../../../src/real/file-layer.js';

/**
 * A file layer that knows what a loss of power would leave. Everything happens in the real folder at once; beside it is
 * kept what has been synced, and what was done since. A file's bytes are safe after a sync of the file, a name (made,
 * moved, linked, taken away) after a sync of its folder, and neither by the other.
 */
export interface VolatileFiles {
  files: FileLayer;
  /** Writes, syncs and changes of names so far. */
  steps(): number;
  /** After so many further steps nothing succeeds any more, and nothing is kept: the power is off. */
  cutAfter(steps: number): void;
  /**
   * Builds in an empty folder what the disk would hold: all that was synced, and by the seed some of what was not, each
   * write as a whole, in parts, or not at all.
   */
  rebuild(into: string, seed: number): Promise<void>;
}

/** Disks write pages; a write that is cut short ends at one, or at a sector. */
const SECTOR = 512;

type Change = { type: 'write'; position: number; bytes: Buffer } | { type: 'truncate'; length: number };

interface Inode {
  safe: Buffer;
  changes: Change[];
}

type Node = { type: 'file'; inode: Inode } | { type: 'folder' };
/** A name given or taken away. A move is both, in one. */
interface NameChange {
  puts: readonly (readonly [path: string, node: Node])[];
  takes: readonly string[];
}

/** Watches a folder; what is in it already is safe. Only what goes through `files` is known. */
export async function createVolatileFiles(root: string): Promise<VolatileFiles> {
  const base = resolve(root);
  /** Names as programs see them. */
  const seen = new Map<string, Node>([['', { type: 'folder' }]]);
  /** Names that are safe. */
  const safe = new Map<string, Node>();
  let nameChanges: NameChange[] = [];
  let steps = 0;
  let stepsLeft = Infinity;

  for (const entry of await disk.readdir(base, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) seen.set(keyOf(path), { type: 'folder' });
    else if (entry.isFile()) seen.set(keyOf(path), fileNode(await disk.readFile(path)));
  }
  for (const [path, node] of seen) safe.set(path, node);

  function keyOf(path: unknown): string {
    return relative(base, resolve(String(path)));
  }

  function fileNode(content: Buffer): Node & { type: 'file' } {
    return { type: 'file', inode: { safe: content, changes: [] } };
  }

  function step(): void {
    if (stepsLeft <= 0) throw Object.assign(new Error('EIO: the power is off'), { code: 'EIO' });
    stepsLeft -= 1;
    steps += 1;
  }

  /** Does it, and notes it when it has happened. */
  async function change<T>(act: () => Promise<T>, note: (result: T) => void): Promise<T> {
    step();
    const result = await act();
    note(result);
    return result;
  }

  function changeNames(puts: NameChange['puts'], takes: readonly string[]): void {
    for (const path of takes) seen.delete(path);
    for (const [path, node] of puts) seen.set(path, node);
    nameChanges.push({ puts, takes });
  }

  function applyNames(names: Map<string, Node>, { puts, takes }: NameChange): void {
    for (const path of takes) names.delete(path);
    for (const [path, node] of puts) names.set(path, node);
  }

  /** A sync of a folder makes what has happened to names in it safe, and only that. */
  function syncNames(folder: string, until: readonly NameChange[]): void {
    const isIn = (path: string): boolean => path !== '' && parentOf(path) === folder;
    const [safeNow, rest] = partition(nameChanges, (one) => until.includes(one) && touches(one, isIn));
    for (const one of safeNow) applyNames(safe, one);
    nameChanges = rest;
  }

  function wrapFile(handle: FileHandle, inode: Inode, append: boolean): FileHandle {
    let cursor = 0;
    const wrapped = {
      fd: handle.fd,
      async write(
        bytes: Uint8Array | string,
        offset?: number | null,
        length?: number | null,
        position?: number | null,
      ) {
        const buffer =
          typeof bytes === 'string'
            ? Buffer.from(bytes)
            : Buffer.from(bytes.subarray(offset ?? 0, (offset ?? 0) + (length ?? bytes.length - (offset ?? 0))));
        const at = await place(typeof bytes === 'string' ? (offset ?? undefined) : (position ?? undefined));
        const result = await change(
          () => handle.write(buffer, 0, buffer.length, append ? null : at),
          ({ bytesWritten }) => noteWrite(at, buffer.subarray(0, bytesWritten)),
        );
        return { bytesWritten: result.bytesWritten, buffer: bytes };
      },
      async writev(buffers: readonly Uint8Array[], position?: number) {
        const { bytesWritten } = await wrapped.write(Buffer.concat(buffers), 0, undefined, position);
        return { bytesWritten, buffers };
      },
      async writeFile(data: Uint8Array | string) {
        await wrapped.write(typeof data === 'string' ? Buffer.from(data) : data);
      },
      async appendFile(data: Uint8Array | string) {
        await wrapped.writeFile(data);
      },
      truncate: (length = 0) =>
        change(
          () => handle.truncate(length),
          () => inode.changes.push({ type: 'truncate', length }),
        ),
      datasync: () => sync(() => handle.datasync()),
      sync: () => sync(() => handle.sync()),
      read: handle.read.bind(handle),
      readFile: handle.readFile.bind(handle),
      stat: handle.stat.bind(handle),
      utimes: handle.utimes.bind(handle),
      close: () => handle.close(),
    };
    return wrapped as unknown as FileHandle;

    async function place(position: number | undefined): Promise<number> {
      return append ? (await handle.stat()).size : (position ?? cursor);
    }

    function noteWrite(position: number, bytes: Buffer): void {
      inode.changes.push({ type: 'write', position, bytes });
      cursor = position + bytes.length;
    }

    /** What is written while it runs may be missed by it. */
    async function sync(act: () => Promise<void>): Promise<void> {
      const before = new Set(inode.changes);
      await change(act, () => {
        const [synced, rest] = partition(inode.changes, (one) => before.has(one));
        inode.safe = synced.reduce(apply, inode.safe);
        inode.changes = rest;
      });
    }
  }

  function wrapFolder(handle: FileHandle, folder: string): FileHandle {
    const sync = (): Promise<void> => {
      const before = [...nameChanges];
      return change(
        () => handle.sync(),
        () => syncNames(folder, before),
      );
    };
    const wrapped = {
      fd: handle.fd,
      sync,
      datasync: sync,
      stat: handle.stat.bind(handle),
      close: () => handle.close(),
    };
    return wrapped as unknown as FileHandle;
  }

  async function open(path: string, flags: string | number = 'r', mode?: number): Promise<FileHandle> {
    const key = keyOf(path);
    const how = typeof flags === 'number' ? flags : flagsOf(flags);
    const known = seen.get(key);
    if (known?.type === 'folder') return wrapFolder(await disk.open(path, flags), key);
    if ((how & (constants.O_WRONLY | constants.O_RDWR)) === 0) return disk.open(path, flags);
    const append = (how & constants.O_APPEND) !== 0;
    if (known === undefined) {
      const node = fileNode(Buffer.alloc(0));
      const made = await change(
        () => disk.open(path, flags, mode),
        () => changeNames([[key, node]], []),
      );
      return wrapFile(made, node.inode, append);
    }
    if ((how & constants.O_TRUNC) === 0) return wrapFile(await disk.open(path, flags, mode), known.inode, append);
    const emptied = await change(
      () => disk.open(path, flags, mode),
      () => known.inode.changes.push({ type: 'truncate', length: 0 }),
    );
    return wrapFile(emptied, known.inode, append);
  }

  /** A name and, for a folder, all names below it. */
  function namesUnder(key: string): string[] {
    return [...seen.keys()].filter((path) => path === key || path.startsWith(`${key}/`));
  }

  const files = {
    ...disk,
    open,
    rename: (from: string, to: string) =>
      change(
        () => disk.rename(from, to),
        () => {
          const [old, now] = [keyOf(from), keyOf(to)];
          const moved = namesUnder(old).map((path) => [`${now}${path.slice(old.length)}`, seen.get(path)!] as const);
          changeNames(moved, namesUnder(old));
        },
      ),
    link: (from: string, to: string) =>
      change(
        () => disk.link(from, to),
        () => changeNames([[keyOf(to), seen.get(keyOf(from))!]], []),
      ),
    copyFile: (from: string, to: string, mode?: number) =>
      change(
        () => disk.copyFile(from, to, mode),
        () => {
          const node = fileNode(Buffer.alloc(0));
          const source = seen.get(keyOf(from));
          const bytes = source?.type === 'file' ? contentOf(source.inode) : Buffer.alloc(0);
          node.inode.changes.push({ type: 'write', position: 0, bytes });
          changeNames([[keyOf(to), node]], []);
        },
      ),
    unlink: (path: string) =>
      change(
        () => disk.unlink(path),
        () => changeNames([], [keyOf(path)]),
      ),
    rm: (path: string, options?: Parameters<FileLayer['rm']>[1]) =>
      change(
        () => disk.rm(path, options),
        () => changeNames([], namesUnder(keyOf(path))),
      ),
    rmdir: (path: string) =>
      change(
        () => disk.rmdir(path),
        () => changeNames([], [keyOf(path)]),
      ),
    mkdir: (path: string, options?: { recursive?: boolean }) =>
      change(
        () => disk.mkdir(path, options),
        () => {
          const made: string[] = [];
          for (let key = keyOf(path); !seen.has(key) && !key.startsWith('..'); key = parentOf(key)) made.unshift(key);
          for (const key of made) changeNames([[key, { type: 'folder' }]], []);
        },
      ),
  } as unknown as FileLayer;

  return {
    files,
    steps: () => steps,
    cutAfter(count) {
      stepsLeft = count;
    },
    async rebuild(into, seed) {
      // Some losses take everything that is not safe, some nearly nothing.
      const share = fractionAt(seed, 0);
      let drawn = 0;
      const survives = (): boolean => fractionAt(seed, ++drawn) < share;
      const names = new Map(safe);
      for (const one of nameChanges) if (survives()) applyNames(names, one);
      const contents = new Map<Inode, Buffer>();
      for (const [path, node] of [...names].sort(([a], [b]) => a.length - b.length)) {
        // A folder that is lost takes along what is in it.
        if (path !== '' && names.get(parentOf(path))?.type !== 'folder') {
          names.delete(path);
        } else if (node.type === 'folder') {
          await disk.mkdir(join(into, path), { recursive: true });
        } else {
          const content = contents.get(node.inode) ?? survivingContent(node.inode, survives);
          contents.set(node.inode, content);
          await disk.writeFile(join(into, path), content);
        }
      }
    },
  };
}

function survivingContent({ safe, changes }: Inode, survives: () => boolean): Buffer {
  let content: Buffer = Buffer.from(safe);
  for (const one of changes) {
    if (one.type === 'truncate') {
      if (survives()) content = apply(content, one);
      continue;
    }
    const { position, bytes } = one;
    for (let at = 0; at < bytes.length;) {
      // Up to the next boundary of the disk, wherever the write began.
      const end = Math.min(bytes.length, at + pageAfter(position + at, bytes.length) - (position + at));
      if (survives())
        content = apply(content, { type: 'write', position: position + at, bytes: bytes.subarray(at, end) });
      at = end;
    }
  }
  return content;
}

/** Small writes tear at sectors, large ones at pages. */
function pageAfter(position: number, length: number): number {
  const unit = length > 8 * SECTOR ? 8 * SECTOR : SECTOR;
  return (Math.floor(position / unit) + 1) * unit;
}

function contentOf({ safe, changes }: Inode): Buffer {
  return changes.reduce(apply, Buffer.from(safe));
}

/** Changes `content` in place where it can. */
function apply(content: Buffer, one: Change): Buffer {
  if (one.type === 'truncate') {
    const cut = Buffer.alloc(one.length);
    content.copy(cut);
    return cut;
  }
  const lacking = one.position + one.bytes.length - content.length;
  const grown = lacking > 0 ? Buffer.concat([content, Buffer.alloc(lacking)]) : content;
  one.bytes.copy(grown, one.position);
  return grown;
}

function parentOf(path: string): string {
  const parent = dirname(path);
  return parent === '.' ? '' : parent;
}

function touches({ puts, takes }: NameChange, isIn: (path: string) => boolean): boolean {
  return takes.some(isIn) || puts.some(([path]) => isIn(path));
}

function partition<T>(all: readonly T[], isFirst: (one: T) => boolean): [T[], T[]] {
  return [all.filter(isFirst), all.filter((one) => !isFirst(one))];
}

function flagsOf(flags: string): number {
  if (flags.startsWith('r')) return flags.includes('+') ? constants.O_RDWR : constants.O_RDONLY;
  const append = flags.startsWith('a') ? constants.O_APPEND : constants.O_TRUNC;
  return (flags.includes('+') ? constants.O_RDWR : constants.O_WRONLY) | constants.O_CREAT | append;
}
