import type { Bandwidth } from './bandwidth.js';
import type { ByteReceiver } from './byte-source.js';
import type { ByteSink } from './byte-sink.js';
import type { OpenRange } from './choose-range.js';
import type { SegmentQueue } from './segment-queue.js';

/** Why this process ended a request. */
export type RequestEnd =
  /** It was silent for too long. */
  | 'silent'
  /** It was much slower than the others. */
  | 'slow'
  /** Done with its share; another connection fetches the rest. */
  | 'cut'
  /** Another one brings the whole file. */
  | 'displaced'
  /** Its segment was emptied, because it turned out to be damaged. */
  | 'undone'
  /** The transfer has ended. */
  | 'over';

/**
 * One request, or several in a row, for consecutive segments. Times are milliseconds in which the process was awake.
 */
export interface RangeRequest extends OpenRange {
  /** The first segment that it owns. */
  readonly first: number;
  /** The number of rounds of failures before it. */
  readonly round: number;
  state: 'locating' | 'asked' | 'reading';
  /** Whether it is not being read: the disk or a bandwidth limit must catch up. */
  paused: boolean;
  /** The times of the last bytes, and of the beginning of its answer. */
  heardAt: number;
  readingSince: number;
  /** Where the current answer will end. */
  answerEnd: number;
  /** The received bytes, and those of them that were new. */
  received: number;
  fresh: number;
  /** The start of the measurement of its speed. */
  measured: { at: number; received: number; paused: boolean };
  slowSince: number | undefined;
  stopped: RequestEnd | undefined;
  readonly abort: AbortController;
}

/** Creates a request for segments `first` up to but not including `end`. */
export function createRangeRequest(
  first: number,
  end: number,
  round: number,
  { segments, sink, awake }: RangeRequestContext,
): RangeRequest {
  const now = awake();
  return {
    first,
    position: segments.startOf(first) + sink.taken(first),
    end: segments.endOf(end - 1),
    speed: 0,
    round,
    state: 'locating',
    paused: false,
    heardAt: now,
    readingSince: now,
    answerEnd: 0,
    received: 0,
    fresh: 0,
    measured: { at: now, received: 0, paused: false },
    slowSince: undefined,
    stopped: undefined,
    abort: new AbortController(),
  };
}

/** Ends a request. The bytes that it has received stay. */
export function stopRangeRequest(request: RangeRequest, reason: RequestEnd): void {
  if (request.stopped !== undefined) return;
  request.stopped = reason;
  request.abort.abort(new Error(`ended: ${reason}`));
}

/** The parts of the transfer that a request uses. */
export interface RangeRequestContext {
  segments: SegmentQueue;
  sink: ByteSink;
  bandwidth: readonly Bandwidth[];
  awake: () => number;
  /** @param latencyMs since the request was sent */
  onAnswer: (request: RangeRequest, whole: boolean, latencyMs: number) => void;
  onFresh: (request: RangeRequest, bytes: number) => void;
}

/** Writes received bytes to the sink, and skips existing ones. */
export function receiverOf(request: RangeRequest, context: RangeRequestContext): ByteReceiver {
  const { segments, sink, bandwidth, awake, onAnswer, onFresh } = context;
  let resumed: Promise<unknown> = Promise.resolve();

  /** Returns whether the sink takes more; `undefined` if it could take none of these bytes. */
  function put(bytes: Uint8Array): boolean | undefined {
    let takesMore: boolean | undefined = true;
    let fresh = 0;
    for (let offset = 0; offset < bytes.length && request.position < request.end;) {
      const left = bytes.length - offset;
      const segment = segments.at(request.position);
      const end = segments.endOf(segment);
      const mark = segments.isMissing(segment) ? segments.startOf(segment) + sink.taken(segment) : end;
      if (request.position < mark) {
        const skipped = Math.min(left, mark - request.position);
        request.position += skipped;
        offset += skipped;
        continue;
      }
      if (request.position > mark) {
        // These bytes do not continue the sink's: they would be written to the wrong place.
        stopRangeRequest(request, 'undone');
        takesMore = undefined;
        break;
      }
      const count = Math.min(left, end - request.position);
      const part = count === bytes.length ? bytes : bytes.subarray(offset, offset + count);
      if (!sink.take(segment, part)) takesMore = false;
      request.position += count;
      offset += count;
      fresh += count;
      if (request.position === end) segments.finish(segment);
    }
    request.received += bytes.length;
    if (fresh > 0) {
      request.fresh += fresh;
      onFresh(request, fresh);
    }
    return takesMore;
  }

  return {
    onAsked() {
      request.state = 'asked';
      request.heardAt = awake();
    },
    onStart({ start, end, whole }) {
      if (request.stopped !== undefined) return;
      request.state = 'reading';
      const latencyMs = awake() - request.heardAt;
      request.heardAt = request.readingSince = awake();
      request.measured = { at: request.heardAt, received: request.received, paused: false };
      request.position = start;
      request.answerEnd = end;
      if (whole) request.end = end;
      onAnswer(request, whole, latencyMs);
    },
    onBytes(bytes) {
      if (request.stopped !== undefined) return true;
      request.heardAt = awake();
      const takesMore = put(bytes);
      if (takesMore === undefined) return true;
      // The end of a divided run lies inside its answer.
      if (request.position >= request.end && request.answerEnd > request.end) {
        stopRangeRequest(request, 'cut');
        return true;
      }
      const waits: Promise<void>[] = takesMore ? [] : [sink.ready()];
      for (const limit of bandwidth) {
        const wait = limit.take(bytes.length);
        if (wait !== undefined) waits.push(wait);
      }
      if (waits.length === 0) return true;
      request.paused = request.measured.paused = true;
      resumed = Promise.all(waits).then(() => {
        request.paused = false;
        request.heardAt = awake();
      });
      // A request that has ended is not read any more.
      resumed.catch(() => undefined);
      return false;
    },
    async resumed() {
      await resumed;
    },
  };
}
