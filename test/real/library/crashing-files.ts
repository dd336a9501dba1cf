import * as files from 'node:fs/promises';
import type { FileLayer } from '../../../src/real/file-layer.js';

const CHANGES = ['open', 'rename', 'link', 'copyFile', 'unlink', 'rm', 'mkdir', 'rmdir'] as const;

/** The process ended here. */
class Crash extends Error {
  override readonly name = 'Crash';
}

/** A file layer whose user ends right before its `steps`th change, counted from 0. */
export function crashBefore(steps: number, layer: FileLayer = files): FileLayer {
  let done = 0;
  const crashing = Object.fromEntries(
    CHANGES.map((change) => [
      change,
      (...input: unknown[]): unknown => {
        if (done++ >= steps) return Promise.reject(new Crash());
        return (layer[change] as (...input: unknown[]) => unknown)(...input);
      },
    ]),
  );
  return { ...layer, ...crashing };
}

/** A file layer of which some functions always fail with a code of the system. */
export function failing(codes: Partial<Record<keyof FileLayer, string>>): FileLayer {
  const broken = Object.fromEntries(
    Object.entries(codes).map(([name, code]) => [
      name,
      () => Promise.reject(Object.assign(new Error(`${code}: ${name} does not work here`), { code })),
    ]),
  );
  return { ...files, ...broken };
}
