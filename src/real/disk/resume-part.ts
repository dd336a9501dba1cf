import { writeAll } from '../../node/write-all.js';
import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { CheckedRange, Digester } from './digester.js';
import type { JournalState, PartIdentity } from './journal-records.js';
import { cutIntoSegments, type Mark, type SegmentLayout } from './segment-layout.js';

/**
 * Decides which bytes of a part count, by its journal and what is on the disk.
 *
 * After a power failure only synced bytes count, and each segment is read before it does. Otherwise all written bytes
 * count: complete segments are checked later, with the digest; incomplete ones are read now, because they are about to
 * be continued.
 */
export async function resumePart({
  journal,
  identity,
  segmentBytes,
  bootId,
  handle,
  path,
  digester,
}: {
  journal: JournalState | undefined;
  identity: PartIdentity;
  /** The segment length of a part that starts empty. */
  segmentBytes: number;
  bootId: string;
  handle: Pick<FileHandle, 'stat' | 'read' | 'write' | 'truncate'>;
  path: string;
  digester: Digester;
}): Promise<{ state: JournalState; segments: SegmentLayout; toBeChecked: Map<number, number> }> {
  const { size: partBytes } = await handle.stat();
  if (partBytes > identity.size) await handle.truncate(identity.size);
  if (journal === undefined || !isSame(journal.identity, identity)) {
    const state = { identity, segmentBytes, bootId, current: new Map(), durable: new Map(), doubtful: false };
    return { state, segments: cutIntoSegments(identity.size, segmentBytes), toBeChecked: new Map() };
  }

  const segments = cutIntoSegments(identity.size, journal.segmentBytes);
  const sameBoot = journal.bootId === bootId;
  const current = new Map(sameBoot ? journal.current : journal.durable);
  const durable = new Map(journal.durable);
  const forget = (segment: number): void => {
    current.delete(segment);
    durable.delete(segment);
  };

  const ranges: CheckedRange[] = [];
  for (const [segment, { stored, crc }] of current) {
    const start = segments.start(segment);
    if (start + stored > partBytes) forget(segment);
    else if (!sameBoot || stored < segments.length(segment)) {
      ranges.push({ segment, start, end: start + stored, from: 0, crc });
    }
  }
  for (const segment of await digester.check(path, ranges)) forget(segment);

  if (sameBoot && journal.doubtful) {
    for (const [segment, mark] of current) {
      if (!(await writeAgain(handle, segments.start(segment), durable.get(segment), mark))) forget(segment);
    }
  }
  const toBeChecked = new Map(
    [...current].flatMap(([segment, { stored, crc }]) =>
      stored === segments.length(segment) ? [[segment, crc] as const] : [],
    ),
  );
  const state = { identity, segmentBytes: journal.segmentBytes, bootId, current, durable, doubtful: false };
  return { state, segments, toBeChecked };
}

function isSame(one: PartIdentity, other: PartIdentity): boolean {
  return one.algorithm === other.algorithm && one.hex === other.hex && one.size === other.size;
}

const COPY_BYTES = 256 * 1024;

/**
 * Writes bytes that were never synced to the same place again: a page whose write has failed is read back as if it were
 * stored, but only a page that is written again reaches the disk.
 */
async function writeAgain(
  handle: Pick<FileHandle, 'read' | 'write'>,
  segmentStart: number,
  durable: Mark = { stored: 0, crc: 0 },
  current: Mark,
): Promise<boolean> {
  const buffer = Buffer.alloc(COPY_BYTES);
  let { stored, crc } = durable;
  while (stored < current.stored) {
    const position = segmentStart + stored;
    const { bytesRead } = await handle.read(buffer, 0, Math.min(COPY_BYTES, current.stored - stored), position);
    if (bytesRead === 0) return false;
    crc = crc32(buffer.subarray(0, bytesRead), crc);
    await writeAll(handle, buffer.subarray(0, bytesRead), position);
    stored += bytesRead;
  }
  return crc === current.crc;
}
