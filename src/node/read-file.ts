import { constants } from 'node:fs';
import type * as nodeFiles from 'node:fs/promises';
import { errorCodeOf, isMissing, unlessMissing } from './file-errors.js';

/**
 * A file with the name of one of modeldock's own files that is unusable: a pipe, a folder, a link to itself, gigabytes.
 */
export class UnusableFile extends Error {
  override readonly name = 'UnusableFile';
  readonly path: string;

  constructor(path: string, expected: string, found: string, cause?: unknown) {
    super(
      `Cannot use ${path}: expected ${expected}, found ${found}. Move it away.`,
      cause === undefined ? undefined : { cause },
    );
    this.path = path;
  }
}

/** Errors about the shape or the permissions of a file. Other errors may be temporary, and are passed on. */
const SHAPES: Readonly<Record<string, string>> = {
  ELOOP: 'a link to itself',
  EISDIR: 'a folder',
  ENXIO: 'a socket or a pipe',
  ENODEV: 'a device',
  EACCES: 'a file that this user may not read',
  EPERM: 'a file that this user may not read',
};

/**
 * Reads a regular file, and refuses everything else: it never waits for a pipe and never fills the memory.
 * @returns undefined if there is no file of that name
 * @throws UnusableFile
 */
export async function readRegularFile(
  files: Pick<typeof nodeFiles, 'open'>,
  path: string,
  mostBytes: number,
): Promise<Buffer | undefined> {
  const expected = `a file of at most ${mostBytes} bytes`;
  let handle;
  try {
    handle = await files.open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw unusable(path, expected, error);
  }
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw new UnusableFile(path, expected, stats.isDirectory() ? 'a folder' : 'no regular file');
    if (stats.size > mostBytes) throw new UnusableFile(path, expected, `${stats.size} bytes`);
    const bytes = Buffer.alloc(stats.size);
    let length = 0;
    while (length < bytes.length) {
      const { bytesRead } = await handle.read(bytes, length, bytes.length - length, length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return bytes.subarray(0, length);
  } catch (error) {
    throw unusable(path, expected, error);
  } finally {
    await handle.close();
  }
}

function unusable(path: string, expected: string, error: unknown): unknown {
  const found = SHAPES[errorCodeOf(error) ?? ''];
  return found === undefined ? error : new UnusableFile(path, expected, found, error);
}

/** Reads modeldock's own files and folders. An unusable one is reported once, and skipped. */
export interface OwnFiles {
  /** Undefined if the file does not exist or is unusable. */
  read(path: string, mostBytes: number): Promise<string | undefined>;
  /** Lists the names in a folder; none if the folder does not exist or cannot be read. */
  names(folder: string): Promise<string[]>;
}

export function createOwnFiles(
  files: Pick<typeof nodeFiles, 'open' | 'readdir'>,
  onWarning: (text: string) => void = () => undefined,
): OwnFiles {
  const warned = new Set<string>();
  function setAside(error: unknown): undefined {
    if (!(error instanceof UnusableFile)) throw error;
    if (!warned.has(error.path)) onWarning(error.message);
    warned.add(error.path);
    return undefined;
  }
  return {
    read: async (path, mostBytes) =>
      (await readRegularFile(files, path, mostBytes).catch((error: unknown) => setAside(error)))?.toString(),
    names: async (folder) =>
      (await unlessMissing(files.readdir(folder)).catch((error: unknown) =>
        setAside(unusable(folder, 'a folder', error)),
      )) ?? [],
  };
}
