import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { DownloadPlan, PlannedFile } from '../../../src/real/plan.js';

/** A folder of the test's own, gone when the test is. */
export async function temporaryFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'modeldock-library-')));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes a file, and the folders it is in. */
export async function put(path: string, contents: string | Uint8Array): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, contents);
  return path;
}

export function sha256(contents: string | Uint8Array): string {
  return createHash('sha256').update(contents).digest('hex');
}

/** A planned file that has these contents. */
export function planned(path: string, contents: string): PlannedFile {
  return { path, size: Buffer.byteLength(contents), digest: { algorithm: 'sha256', hex: sha256(contents) } };
}

/** A plan for `acme/Chat-GGUF` in Q4_K_M. */
export function planOf(...files: PlannedFile[]): DownloadPlan {
  return { owner: 'acme', repo: 'Chat-GGUF', commit: 'c'.repeat(40), format: 'gguf', quantization: 'Q4_K_M', files };
}
