import { unlessAborted } from '../core/unless-aborted.js';
import type { PartFile } from './disk/part-file.js';
import { DownloadError } from './download-error.js';
import type { Fingerprint } from './library/fingerprint.js';
import type { Digest } from './plan.js';
import type { ByteSink } from './transfer/byte-sink.js';
import type { ByteSource } from './transfer/byte-source.js';
import { transfer, type TransferOptions, type TransferPhase } from './transfer/transfer.js';

export interface DownloadFileOptions extends Omit<TransferOptions, 'onPhase'> {
  part: PartFile;
  /** Called for each round of requests; the source it returns locates the file anew. */
  source: () => ByteSource;
  onPhase?: (phase: TransferPhase | 'verifying') => void;
}

/** After written bytes have been lost this often, the disk is at fault. */
const MOST_DAMAGES = 4;

/**
 * Fetches the missing bytes of a part, verifies it, and repairs it if that fails: first the segments that the disk has
 * lost, then, once, those that must have arrived wrong. Afterwards the part is complete, verified and synced.
 * @returns the part's fingerprint when its bytes were hashed
 * @throws DownloadError checksum_mismatch, disk_full, disk_error, and as the transfer
 */
export async function downloadFile({ part, source, onPhase, ...options }: DownloadFileOptions): Promise<Fingerprint> {
  const { signal } = options;
  const suspects = new Set<number>();
  const phases = onPhase === undefined ? {} : { onPhase };
  const fetchInto = async (sink: ByteSink): Promise<void> => {
    await transfer(noteBreaks(source(), part.segmentBytes, suspects), sink, { ...options, ...phases });
    await part.settle();
  };

  let found = await fetchAndVerify();
  if (typeof found !== 'string') return found;
  const rest = Array.from({ length: part.segmentCount }, (_, segment) => segment).filter(
    (segment) => !suspects.has(segment),
  );
  // A wrong byte is most likely where a request broke off or continued.
  for (const again of [[...suspects], rest]) {
    if (again.length === 0) continue;
    const refetch = refetching(part, again);
    await fetchInto(refetch.sink);
    if (!refetch.hasChanged()) continue;
    found = await fetchAndVerify();
    if (typeof found !== 'string') return found;
  }
  throw new DownloadError(
    'checksum_mismatch',
    `Cannot verify ${part.path}: expected the ${nameOf(part.digest)} ${part.digest.hex}, found ${found}. ` +
      'It was fetched twice; a proxy or mirror on the way to the hub seems to change it.',
  );

  /** @returns the verified part, or the digest that was found instead of the planned one */
  async function fetchAndVerify(): Promise<Fingerprint | string> {
    for (let damages = 0; damages <= MOST_DAMAGES; damages++) {
      if (part.storedBytes() < part.size) await fetchInto(part);
      signal.throwIfAborted();
      onPhase?.('verifying');
      const verdict = await unlessAborted(part.verify(), signal);
      if (verdict.type === 'verified') return verdict.fingerprint;
      if (verdict.type === 'mismatch') {
        if (verdict.damaged.length === 0) return verdict.found;
        for (const segment of verdict.damaged) await part.forget(segment);
      }
    }
    throw new DownloadError(
      'disk_error',
      `Cannot store ${part.path}: the disk has changed the written bytes ${MOST_DAMAGES + 1} times. Check the disk.`,
    );
  }
}

function nameOf({ algorithm }: Digest): string {
  return algorithm === 'sha256' ? 'sha256' : 'git blob id';
}

/**
 * Replaces the bytes of existing segments. Each is emptied when its first new bytes arrive; until then, and if none
 * arrive, it stays as it is.
 */
function refetching(part: PartFile, segments: readonly number[]): { sink: ByteSink; hasChanged(): boolean } {
  const before = new Map<number, number>();
  const waiting = new Set(segments);
  let failure: unknown;
  return {
    sink: {
      size: part.size,
      segmentBytes: part.segmentBytes,
      taken: (segment) => (waiting.has(segment) ? 0 : part.taken(segment)),
      take(segment, bytes) {
        if (waiting.delete(segment)) {
          before.set(segment, part.crc(segment));
          part.forget(segment).catch((error: unknown) => (failure = error));
        }
        return part.take(segment, bytes) && failure === undefined;
      },
      ready: () => part.ready(),
    },
    hasChanged: () => [...before].some(([segment, crc]) => part.crc(segment) !== crc),
  };
}

/** Records the segments in which a request broke off. */
function noteBreaks(source: ByteSource, segmentBytes: number, breaks: Set<number>): ByteSource {
  return {
    // Read lazily, because it is known for certain only when the file has been located.
    get host() {
      return source.host;
    },
    async read(range, receiver, signal) {
      let position = range.start;
      try {
        await source.read(
          range,
          {
            ...receiver,
            onStart(answered) {
              position = answered.start;
              receiver.onStart(answered);
            },
            onBytes(bytes) {
              position += bytes.length;
              return receiver.onBytes(bytes);
            },
          },
          signal,
        );
      } catch (error) {
        if (!signal.aborted) breaks.add(Math.floor(position / segmentBytes));
        throw error;
      }
    },
  };
}
