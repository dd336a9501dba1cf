import * as disk from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { FileLayer } from '../../../src/real/file-layer.js';

/** A disk with so much room: what is written to new places takes it up, a write that only partly fits is short. */
export interface SmallDisk {
  files: FileLayer;
  addRoom(bytes: number): void;
  /** Every sync of a part fails with this code from now on, once `undefined` not any more. */
  failSyncs(code: string | undefined): void;
  /** Every write fails with this code. */
  failWrites(code: string | undefined): void;
}

const PAGE = 4096;

export function createSmallDisk(room = Infinity): SmallDisk {
  /** Pages of each file that lie on the disk. */
  const allocated = new Map<string, Set<number>>();
  let syncFailure: string | undefined;
  let writeFailure: string | undefined;

  function failure(code: string): Error {
    return Object.assign(new Error(`${code}: the test wants it so`), { code });
  }

  /** How many of these bytes find room; they take it. */
  function allocate(path: string, position: number, length: number): number {
    const pages = allocated.get(path) ?? new Set();
    allocated.set(path, pages);
    for (let page = Math.floor(position / PAGE); page * PAGE < position + length; page++) {
      if (pages.has(page)) continue;
      if (room < PAGE) return Math.max(0, page * PAGE - position);
      room -= PAGE;
      pages.add(page);
    }
    return length;
  }

  async function write(handle: FileHandle, path: string, bytes: Buffer, position: number): Promise<number> {
    if (writeFailure !== undefined) throw failure(writeFailure);
    const fitting = allocate(path, position, bytes.length);
    if (fitting === 0) throw failure('ENOSPC');
    return (await handle.write(bytes, 0, fitting, position)).bytesWritten;
  }

  async function open(path: string, flags?: string | number, mode?: number): Promise<FileHandle> {
    const handle = await disk.open(path, flags, mode);
    const wrapped = {
      write: async (bytes: Buffer, offset: number, length: number, position: number) => ({
        bytesWritten: await write(handle, path, bytes.subarray(offset, offset + length), position),
      }),
      writev: async (chunks: readonly Uint8Array[], position: number) => ({
        bytesWritten: await write(handle, path, Buffer.concat(chunks), position),
      }),
      async datasync() {
        if (syncFailure !== undefined && path.endsWith('.part')) throw failure(syncFailure);
        await handle.datasync();
      },
      sync: () => handle.sync(),
      read: handle.read.bind(handle),
      stat: handle.stat.bind(handle),
      truncate: handle.truncate.bind(handle),
      close: () => handle.close(),
    };
    return wrapped as unknown as FileHandle;
  }

  return {
    files: { ...disk, open: open as FileLayer['open'] },
    addRoom: (bytes) => (room += bytes),
    failSyncs: (code) => (syncFailure = code),
    failWrites: (code) => (writeFailure = code),
  };
}
