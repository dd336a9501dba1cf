import { createHash, randomBytes } from 'node:crypto';
import * as disk from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createByteBudget, type ByteBudget } from '../../../src/real/disk/byte-budget.js';
import { createDigester, type Digester } from '../../../src/real/disk/digester.js';
import { openPart, type PartFile } from '../../../src/real/disk/part-file.js';
import type { FileLayer } from '../../../src/real/file-layer.js';
import { defaultLimits, type DownloaderLimits } from '../../../src/real/limits.js';
import type { PlannedFile } from '../../../src/real/plan.js';
import { realClock } from '../../../src/real/real-clock.js';

export const KiB = 1024;
export const SEGMENT = 64 * KiB;

/** A file of some hundred kilobytes has many segments, and a few of them fill the budget. */
export const smallLimits: DownloaderLimits = {
  ...defaultLimits,
  segmentBytes: SEGMENT,
  shortestRunBytes: SEGMENT,
  writeBytes: 16 * KiB,
  journalBytes: 128 * KiB,
  journalMs: 20,
  checkpointMs: 100,
  unjournaledBytes: 512 * KiB,
  doublingMs: 20,
  adjustingMs: 100,
  retryMs: 10,
  longestRetryMs: 50,
  // No slow machine is taken for a slow or silent server.
  slowMs: 60_000,
  silenceMs: 60_000,
};

export interface Workplace {
  folder: string;
  /** For the parts that are opened from now on. */
  budget: ByteBudget;
  digester: Digester;
  open(file: PlannedFile, options?: OpenOptions): Promise<PartFile>;
  close(): Promise<void>;
}

interface OpenOptions {
  folder?: string;
  name?: string;
  files?: FileLayer;
  limits?: Partial<DownloaderLimits>;
  bootId?: string;
}

/** A folder for parts, and what all parts of a process share. */
export async function createWorkplace(limits: Partial<DownloaderLimits> = {}): Promise<Workplace> {
  const folder = await disk.mkdtemp(join(tmpdir(), 'modeldock-parts-'));
  const all = { ...smallLimits, ...limits };
  const digester = createDigester();
  const parts: PartFile[] = [];
  const place: Workplace = {
    folder,
    budget: createByteBudget(all.unjournaledBytes),
    digester,
    async open(file, { bootId = 'first boot', files = disk, limits: more, ...options } = {}) {
      const shared = { clock: realClock, limits: { ...all, ...more }, budget: place.budget, digester };
      const part = await openPart({ folder, name: 'cargo', file, files, bootId, ...shared, ...options });
      parts.push(part);
      return part;
    },
    async close() {
      await Promise.all(parts.map((part) => part.close()));
      await digester.close();
      await disk.rm(folder, { recursive: true, force: true });
    },
  };
  return place;
}

/** Bytes that are nowhere the same, and the file they make. */
export function createCargo(size: number): { content: Buffer; file: PlannedFile } {
  const content = randomBytes(size);
  const hex = createHash('sha256').update(content).digest('hex');
  return { content, file: { path: 'cargo.gguf', size, digest: { algorithm: 'sha256', hex } } };
}

/** Brings what a part lacks of some segments, in chunks, as several requests side by side do. @returns what was brought of each */
export async function bring(
  part: PartFile,
  content: Buffer,
  { segments, chunkBytes = 5000 }: { segments?: readonly number[]; chunkBytes?: number } = {},
): Promise<Map<number, number>> {
  const brought = new Map<number, number>();
  const all = segments ?? Array.from({ length: part.segmentCount }, (_, segment) => segment);
  await Promise.all(
    all.map(async (segment) => {
      const start = segment * part.segmentBytes;
      const end = Math.min(part.size, start + part.segmentBytes);
      for (let at = start + part.taken(segment); at < end; at = start + part.taken(segment)) {
        const chunk = Buffer.from(content.subarray(at, Math.min(end, at + chunkBytes)));
        brought.set(segment, (brought.get(segment) ?? 0) + chunk.length);
        if (!part.take(segment, chunk)) await part.ready();
      }
    }),
  );
  return brought;
}

/** Takes the first bytes of a segment only. */
export function begin(part: PartFile, content: Buffer, segment: number, bytes: number): void {
  const start = segment * part.segmentBytes;
  part.take(segment, Buffer.from(content.subarray(start, start + bytes)));
}

export function total(brought: ReadonlyMap<number, number>): number {
  return [...brought.values()].reduce((sum, bytes) => sum + bytes, 0);
}
