import * as nodeFiles from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { FileLayer } from '../../src/real/file-layer.js';

/** One thing that is asked of the file system. */
export interface FileOperation {
  /** As the function is called: `open`, `rename`, and on an open file `write`, `datasync`, … */
  name: string;
  path: string;
  /** Of a rename, link or copy. */
  to?: string;
  /** Of a write. */
  position?: number;
  bytes?: number;
}

export interface FileWatcher {
  /** May throw what the file system would, or return how many bytes of a write get through. */
  before?: (operation: FileOperation) => number | undefined | Promise<number | undefined>;
  after?: (operation: FileOperation) => void;
}

const WRITES = ['write', 'writev', 'writeFile', 'appendFile'];

/** The real file system, with somebody who is told of everything, before and after. */
export function watchFiles({ before = () => undefined, after = () => undefined }: FileWatcher): FileLayer {
  const layer = Object.entries(nodeFiles).filter(([, value]) => typeof value === 'function');
  const watched = layer.map(([name, call]) => {
    const original = call as (...parameters: unknown[]) => Promise<unknown>;
    return [
      name,
      async (...parameters: unknown[]) => {
        const operation = { name, path: String(parameters[0]), ...target(name, parameters[1]) };
        await before(operation);
        const result = await original(...parameters);
        after(operation);
        return name === 'open' ? watchHandle(result as FileHandle, operation.path) : result;
      },
    ];
  });
  return Object.fromEntries(watched) as FileLayer;

  function watchHandle(handle: FileHandle, path: string): FileHandle {
    return new Proxy(handle, {
      get(_, name: string) {
        const value: unknown = Reflect.get(handle, name, handle);
        if (typeof value !== 'function') return value;
        const original = (value as (...parameters: unknown[]) => Promise<unknown>).bind(handle);
        if (name === 'stat' || name === 'on' || name === 'once' || name === 'off') return original;
        return async (...parameters: unknown[]) => {
          const operation = { name, path, ...(WRITES.includes(name) && sizeOf(name, parameters)) };
          const most = await before(operation);
          const result =
            most === undefined || !WRITES.includes(name)
              ? await original(...parameters)
              : await handle
                  .write(contentsOf(name, parameters), 0, most, operation.position ?? null)
                  .then(({ bytesWritten }) => ({ bytesWritten }));
          after(operation);
          return result;
        };
      },
    });
  }
}

function target(name: string, value: unknown): { to?: string } {
  return ['rename', 'link', 'copyFile'].includes(name) ? { to: String(value) } : {};
}

function sizeOf(name: string, parameters: unknown[]): { bytes: number; position?: number } {
  const bytes = contentsOf(name, parameters).length;
  // write(buffer, offset, length, position) · write(text, position) · writev(buffers, position)
  const position = name === 'writev' || typeof parameters[0] === 'string' ? parameters[1] : parameters[3];
  return { bytes, ...(typeof position === 'number' && { position }) };
}

function contentsOf(name: string, parameters: unknown[]): Buffer {
  const [contents, offset, length] = parameters;
  if (typeof contents === 'string') return Buffer.from(contents);
  if (name === 'writev') return Buffer.concat(contents as Uint8Array[]);
  const bytes = contents as Uint8Array;
  const from = name === 'write' && typeof offset === 'number' ? offset : 0;
  const count = name === 'write' && typeof length === 'number' ? length : bytes.length - from;
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, count);
}
