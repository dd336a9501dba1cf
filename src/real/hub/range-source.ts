import { STATUS_CODES } from 'node:http';
import type { Dispatcher } from 'undici';
import type { PlannedFile } from '../plan.js';
import { ReadError, type ByteRange, type ByteReceiver, type ByteSource } from '../transfer/byte-source.js';
import { judgeAnswer, type AnswerHead } from './range-answer.js';
import type { FileLocation } from './file-location.js';
import type { RateGate } from './rate-gate.js';
import { asReadError, connectionError } from './read-errors.js';
import type { SharedLocation } from './shared-location.js';

export interface RangeSourceOptions {
  location: SharedLocation;
  file: Pick<PlannedFile, 'path' | 'size'>;
  agent: Dispatcher;
  /** Where it is expected to be, until that is known: the hub's host, or the one of the first location. */
  host: string;
  /** What the hub asked for by 429 holds for files that it sends itself, too. */
  gate?: RateGate;
}

/** An error's body is read to its end, so that the connection can be used again, if it is no longer than this. */
const DRAINED_BYTES = 16 * 1024;

/** A file's bytes by range requests. Chunks go from the socket to the receiver, with nothing in between. */
export function createRangeSource({ location, file, agent, gate, ...options }: RangeSourceOptions): ByteSource {
  let host = options.host;

  async function read(range: ByteRange, receiver: ByteReceiver, signal: AbortSignal): Promise<void> {
    const place = await locate(signal);
    const url = new URL(place.url);
    host = url.host;
    receiver.onAsked?.();
    try {
      await ask(url, place, range, receiver, signal);
    } catch (error) {
      if (!(error instanceof ReadError)) throw error;
      if (error.kind === 'refused') location.refused(place, error.message);
      if (error.kind === 'rate-limited' && error.retryAfterMs !== undefined && place.bucket !== undefined) {
        gate?.close(place.bucket, error.retryAfterMs);
      }
      throw error;
    }
  }

  async function locate(signal: AbortSignal): Promise<FileLocation> {
    signal.throwIfAborted();
    try {
      const place = await location.current(signal);
      signal.throwIfAborted();
      const waitMs = place.bucket === undefined ? 0 : (gate?.waitMs(place.bucket) ?? 0);
      if (waitMs === 0) return place;
      const message = `Cannot download ${file.path} yet: the hub wants no request for ${Math.ceil(waitMs / 1000)} s.`;
      throw new ReadError('rate-limited', 'rate_limited', message, { retryAfterMs: waitMs });
    } catch (error) {
      throw signal.aborted ? signal.reason : asReadError(error);
    }
  }

  function ask(
    url: URL,
    place: FileLocation,
    range: ByteRange,
    receiver: ByteReceiver,
    signal: AbortSignal,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      let controller: Dispatcher.DispatchController | undefined;
      let failure: Error | undefined;
      let answered: ByteRange | undefined;
      let arrived = 0;
      let drained = 0;
      let isOver = false;

      function settle(error?: Error): void {
        if (isOver) return;
        isOver = true;
        signal.removeEventListener('abort', stop);
        if (error === undefined) resolve();
        else reject(error);
      }
      function stop(): void {
        const reason = signal.reason as Error;
        // Settled first: what the abort makes of the reason must not be what the caller gets.
        settle(reason);
        controller?.abort(reason);
      }
      function goOn(): void {
        if (!isOver) controller?.resume();
      }
      function give(bytes: Uint8Array): void {
        if (receiver.onBytes(bytes) || isOver) return;
        controller!.pause();
        receiver.resumed().then(goOn, (error: unknown) => {
          settle(error as Error);
          controller!.abort(error as Error);
        });
      }

      signal.addEventListener('abort', stop, { once: true });
      agent.dispatch(
        {
          origin: url.origin,
          path: url.pathname + url.search,
          method: 'GET',
          headers: {
            ...place.headers,
            'Accept-Encoding': 'identity',
            'User-Agent': 'modeldock',
            Range: `bytes=${range.start}-${range.end - 1}`,
          },
          // Silence is the caller's to judge: he knows when he was not reading.
          headersTimeout: 0,
          bodyTimeout: 0,
        },
        {
          onRequestStart(started) {
            controller = started;
            if (isOver) started.abort(signal.aborted ? (signal.reason as Error) : new Error('nobody waits for it'));
          },
          onResponseStart(_, status, answerHeaders) {
            if (status < 200 || isOver) return;
            const head: AnswerHead = { status, headers: answerHeaders };
            const judged = judgeAnswer(head, range, file, STATUS_CODES[status] ?? '');
            if (judged instanceof Error) {
              failure = judged;
              // A body that may be long is not waited for.
              if (status < 400 || Number(answerHeaders['content-length'] ?? Infinity) > DRAINED_BYTES) {
                settle(failure);
                controller!.abort(failure);
              }
              return;
            }
            answered = judged;
            location.delivered(place);
            receiver.onStart(judged);
          },
          onResponseData(_, bytes) {
            if (isOver) return;
            if (answered === undefined) {
              drained += bytes.length;
              if (drained <= DRAINED_BYTES) return;
              settle(failure);
              controller!.abort(failure!);
              return;
            }
            const room = answered.end - answered.start - arrived;
            arrived += bytes.length;
            if (bytes.length <= room) {
              give(bytes);
              return;
            }
            if (room > 0) give(bytes.subarray(0, room));
            const error = new ReadError(
              'violation',
              'bad_range',
              `Cannot trust the answer for ${file.path}: its body is longer than its Content-Range says.`,
            );
            settle(error);
            controller!.abort(error);
          },
          onResponseEnd() {
            const short = answered !== undefined && arrived < answered.end - answered.start;
            const error = failure ?? (short ? shortBody(file, arrived, answered!) : undefined);
            // The dispatcher takes a turn of the event loop before it uses the connection again. Whoever asked for the
            // next range before that would have another one opened.
            queueMicrotask(() => setImmediate(settle, error));
          },
          onResponseError(_, error) {
            settle(
              failure ?? connectionError(error, { path: file.path, host: url.host, answered: answered !== undefined }),
            );
          },
        },
      );
    });
  }

  return {
    get host() {
      return host;
    },
    read,
  };
}

function shortBody({ path }: Pick<PlannedFile, 'path'>, arrived: number, { start, end }: ByteRange): ReadError {
  return new ReadError(
    'broken',
    'network_error',
    `Cannot read all of ${path}: the answer ended after ${arrived} of ${end - start} bytes.`,
  );
}
