/* Decides what the next request asks for: a decision about numbers, made without a network. */
import type { DownloaderLimits } from '../limits.js';
import type { ByteSink } from './byte-sink.js';
import type { SegmentQueue } from './segment-queue.js';

/** A running request, as far as it matters for dividing its range. */
export interface OpenRange {
  /** The position of its next byte. */
  position: number;
  end: number;
  /** Bytes per second; 0 until it is known. */
  speed: number;
}

/** What a free connection should do. Segments, from `first` up to but not including `end`. */
export type NextRange<RangeRequest extends OpenRange> =
  | { type: 'start'; first: number; end: number }
  /** The end of that run moves to the start of segment `first`, and the rest becomes a run of its own. */
  | { type: 'split'; request: RangeRequest; first: number; end: number };

/** What the decision depends on. */
export interface RangeChoice<RangeRequest extends OpenRange> {
  segments: SegmentQueue;
  sink: Pick<ByteSink, 'taken'>;
  open: Iterable<RangeRequest>;
  /** Bytes per second of a usual connection; 0 until it is known. */
  usualSpeed: number;
  /** Milliseconds until a usual answer begins; 0 until it is known. */
  usualLatency: number;
  /** How many connections need work. */
  connections: number;
  /** Whether a segment failed and must wait. */
  isHeld: (segment: number) => boolean;
  /** Whether dividing runs helps. */
  maySplit: boolean;
  limits: Pick<DownloaderLimits, 'shortestRunBytes' | 'longestRunBytes' | 'runMs' | 'aheadBytes' | 'doublingMs'>;
}

/**
 * Chooses the earliest free segments, else a share of the largest run; `undefined` if there is nothing to do for a
 * connection.
 */
export function chooseRange<RangeRequest extends OpenRange>(
  choice: RangeChoice<RangeRequest>,
): NextRange<RangeRequest> | undefined {
  return freeRun(choice) ?? (choice.maySplit ? shareOfLargest(choice) : undefined);
}

function freeRun<RangeRequest extends OpenRange>(
  choice: RangeChoice<RangeRequest>,
): NextRange<RangeRequest> | undefined {
  const { segments, sink, isHeld, limits } = choice;
  if (segments.free() === 0) return undefined;
  const frontier = segments.first();
  if (frontier === segments.count) return undefined;
  const horizon = segments.startOf(frontier) + sink.taken(frontier) + limits.aheadBytes;
  for (let first = frontier; first < segments.count && segments.startOf(first) <= horizon; first++) {
    if (!segments.isFree(first) || isHeld(first)) continue;
    const wanted = runBytes(choice);
    let end = first + 1;
    // Only empty segments: one with bytes must be requested from where they end.
    while (
      end < segments.count &&
      segments.endOf(end) - segments.startOf(first) <= wanted &&
      segments.isFree(end) &&
      sink.taken(end) === 0 &&
      !isHeld(end)
    ) {
      end++;
    }
    return { type: 'start', first, end };
  }
  return undefined;
}

/** How many times longer than the wait for its answer a request should take. */
const WAITS_PER_RUN = 40;

/**
 * Returns as much as the connection transfers in its time, but no more than its share of the free segments. If answers
 * begin at once, short runs are better: the file grows from its start, and can be hashed while it arrives.
 */
function runBytes<RangeRequest extends OpenRange>(choice: RangeChoice<RangeRequest>): number {
  const { segments, usualSpeed, usualLatency, connections, limits } = choice;
  const inTime = (usualSpeed * Math.min(limits.runMs, WAITS_PER_RUN * usualLatency)) / 1000;
  const share = (segments.free() * segments.bytes) / Math.max(1, connections);
  return Math.min(limits.longestRunBytes, Math.max(limits.shortestRunBytes, segments.bytes, Math.min(inTime, share)));
}

function shareOfLargest<RangeRequest extends OpenRange>(
  choice: RangeChoice<RangeRequest>,
): NextRange<RangeRequest> | undefined {
  const { segments, open, usualSpeed, limits, isHeld } = choice;
  let largest: RangeRequest | undefined;
  for (const request of open) {
    if (largest === undefined || request.end - request.position > largest.end - largest.position) largest = request;
  }
  if (largest === undefined) return undefined;
  const { position, end, speed } = largest;
  const remaining = end - position;
  // A new connection costs more than the rest of a run that is nearly complete.
  if (speed > 0 && (remaining / speed) * 1000 < limits.doublingMs) return undefined;
  const keeps = speed > 0 && usualSpeed > 0 ? speed / (speed + usualSpeed) : 0.5;
  const last = segments.at(end - 1);
  // The run keeps its current segment: no other request may continue a segment while its bytes are still on their way.
  const first = Math.max(segments.at(position) + 1, Math.round((position + remaining * keeps) / segments.bytes));
  if (first > last || isHeld(first)) return undefined;
  return { type: 'split', request: largest, first, end: last + 1 };
}
