import type { Bandwidth } from './bandwidth.js';
import type { ByteReceiver } from './byte-source.js';
import type { ByteSink } from './byte-sink.js';
import type { OpenRun } from './runs.js';
import type { Segments } from './segments.js';

/** Why we ended a request ourselves. */
export type StopReason =
  /** It fell silent. */
  | 'silent'
  /** Much slower than the others. */
  | 'slow'
  /** It brought what was wanted of it; the rest is somebody else's. */
  | 'cut'
  /** Another one brings the whole file. */
  | 'displaced'
  /** What was there of its segment is gone: it turned out to be damaged. */
  | 'undone'
  /** The transfer has ended. */
  | 'over';

/** One request, or several in a row, for a row of segments. Times are milliseconds awake. */
export interface Run extends OpenRun {
  /** The first segment it owns. */
  readonly first: number;
  /** How many rounds of failures there were before it. */
  readonly round: number;
  state: 'locating' | 'asked' | 'reading';
  /** We do not read: the disk or a bandwidth limit has to catch up. */
  paused: boolean;
  /** The last sign of life, and when its answer began. */
  heardAt: number;
  readingSince: number;
  /** Where the answer under way will end. */
  answerEnd: number;
  /** Bytes that came, and those of them that were new. */
  received: number;
  fresh: number;
  /** What its speed is measured from. */
  measured: { at: number; received: number; paused: boolean };
  slowSince: number | undefined;
  stopped: StopReason | undefined;
  readonly abort: AbortController;
}

/** A request for segments `first` up to and without `end`. */
export function createRun(first: number, end: number, round: number, { segments, sink, awake }: RunWorld): Run {
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

/** Ends a request. What it brought so far stays. */
export function stopRun(run: Run, reason: StopReason): void {
  if (run.stopped !== undefined) return;
  run.stopped = reason;
  run.abort.abort(new Error(`ended: ${reason}`));
}

/** What a request needs to know of the transfer it belongs to. */
export interface RunWorld {
  segments: Segments;
  sink: ByteSink;
  bandwidth: readonly Bandwidth[];
  awake: () => number;
  /** @param latencyMs since the request went out */
  onAnswer: (run: Run, whole: boolean, latencyMs: number) => void;
  onFresh: (run: Run, bytes: number) => void;
}

/** Puts what a request brings where it belongs, and skips what is there. */
export function receiverOf(run: Run, world: RunWorld): ByteReceiver {
  const { segments, sink, bandwidth, awake, onAnswer, onFresh } = world;
  let resumed: Promise<unknown> = Promise.resolve();

  /** Returns whether the sink takes more; `undefined` when it could take none of this. */
  function put(bytes: Uint8Array): boolean | undefined {
    let takesMore: boolean | undefined = true;
    let fresh = 0;
    for (let offset = 0; offset < bytes.length && run.position < run.end;) {
      const left = bytes.length - offset;
      const segment = segments.at(run.position);
      const end = segments.endOf(segment);
      const mark = segments.isMissing(segment) ? segments.startOf(segment) + sink.taken(segment) : end;
      if (run.position < mark) {
        const skipped = Math.min(left, mark - run.position);
        run.position += skipped;
        offset += skipped;
        continue;
      }
      if (run.position > mark) {
        // These bytes do not continue what the sink has: it would write them where they do not belong.
        stopRun(run, 'undone');
        takesMore = undefined;
        break;
      }
      const count = Math.min(left, end - run.position);
      const part = count === bytes.length ? bytes : bytes.subarray(offset, offset + count);
      if (!sink.take(segment, part)) takesMore = false;
      run.position += count;
      offset += count;
      fresh += count;
      if (run.position === end) segments.finish(segment);
    }
    run.received += bytes.length;
    if (fresh > 0) {
      run.fresh += fresh;
      onFresh(run, fresh);
    }
    return takesMore;
  }

  return {
    onAsked() {
      run.state = 'asked';
      run.heardAt = awake();
    },
    onStart({ start, end, whole }) {
      if (run.stopped !== undefined) return;
      run.state = 'reading';
      const latencyMs = awake() - run.heardAt;
      run.heardAt = run.readingSince = awake();
      run.measured = { at: run.heardAt, received: run.received, paused: false };
      run.position = start;
      run.answerEnd = end;
      if (whole) run.end = end;
      onAnswer(run, whole, latencyMs);
    },
    onBytes(bytes) {
      if (run.stopped !== undefined) return true;
      run.heardAt = awake();
      const takesMore = put(bytes);
      if (takesMore === undefined) return true;
      // The end of a run that was divided lies inside its answer.
      if (run.position >= run.end && run.answerEnd > run.end) {
        stopRun(run, 'cut');
        return true;
      }
      const waits: Promise<void>[] = takesMore ? [] : [sink.ready()];
      for (const limit of bandwidth) {
        const wait = limit.take(bytes.length);
        if (wait !== undefined) waits.push(wait);
      }
      if (waits.length === 0) return true;
      run.paused = run.measured.paused = true;
      resumed = Promise.all(waits).then(() => {
        run.paused = false;
        run.heardAt = awake();
      });
      // One that was ended meanwhile is not asked any more.
      resumed.catch(() => undefined);
      return false;
    },
    async resumed() {
      await resumed;
    },
  };
}
