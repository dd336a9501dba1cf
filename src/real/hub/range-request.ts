import { STATUS_CODES } from 'node:http';
import type { Dispatcher } from 'undici';
import type { PlannedFile } from '../plan.js';
import { ReadError, type ByteRange, type ByteReceiver } from '../transfer/byte-source.js';
import { judgeAnswer } from './range-answer.js';
import { connectionError } from './read-errors.js';
import { isRedirect } from './redirect-policy.js';

export interface HttpRangeRequest {
  url: URL;
  headers: Readonly<Record<string, string>>;
  file: Pick<PlannedFile, 'path' | 'size'>;
  range: ByteRange;
  receiver: ByteReceiver;
  signal: AbortSignal;
  /** Called once the headers of the answer are those of the file. */
  onAccepted: () => void;
}

/** Reports that the answer redirects to another address. */
export class Redirected extends Error {
  override readonly name = 'Redirected';
  /** As it was sent: it may be relative, and has not been checked. */
  readonly location: string;

  constructor(location: string) {
    super('The answer redirects to another address.');
    this.location = location;
  }
}

/** The body of an error up to this size is read to its end, so that the connection can be used again. */
const DRAINED_BYTES = 16 * 1024;

/**
 * Requests a range, once. Resolves when the answer has ended and the receiver has all its bytes.
 * @throws ReadError, Redirected, or the signal's reason
 */
export function requestRange(agent: Dispatcher, request: HttpRangeRequest): Promise<void> {
  const { url, headers, range } = request;
  return new Promise((resolve, reject) => {
    const handler = receiveRange(request, (error) => {
      if (error === undefined) resolve();
      else reject(error);
    });
    agent.dispatch(
      {
        origin: url.origin,
        path: url.pathname + url.search,
        method: 'GET',
        headers: {
          ...headers,
          'Accept-Encoding': 'identity',
          'User-Agent': 'modeldock',
          Range: `bytes=${range.start}-${range.end - 1}`,
        },
        // The caller decides when silence lasts too long: it knows when it was not reading.
        headersTimeout: 0,
        bodyTimeout: 0,
      },
      handler,
    );
  });
}

/** Passes the bytes of an answer to the receiver, no faster than it takes them, and settles once. */
function receiveRange(
  { url, file, range, receiver, signal, onAccepted }: HttpRangeRequest,
  onSettled: (error: Error | undefined) => void,
): Dispatcher.DispatchHandler {
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
    onSettled(error);
  }
  /** Settles before it aborts: the caller must not get the error that the abort causes. */
  function giveUp(error: Error): void {
    settle(error);
    controller?.abort(error);
  }
  function stop(): void {
    giveUp(signal.reason as Error);
  }
  function goOn(): void {
    if (!isOver) controller?.resume();
  }
  function give(bytes: Uint8Array): void {
    if (receiver.onBytes(bytes) || isOver) return;
    controller!.pause();
    receiver.resumed().then(goOn, giveUp);
  }
  function drain(bytes: Uint8Array): void {
    drained += bytes.length;
    if (drained > DRAINED_BYTES) giveUp(failure!);
  }

  signal.addEventListener('abort', stop, { once: true });
  return {
    onRequestStart(started) {
      controller = started;
      if (isOver)
        started.abort(
          signal.aborted ? (signal.reason as Error) : new Error('The request was settled before it started.'),
        );
    },
    onResponseStart(_, status, headers) {
      if (status < 200 || isOver) return;
      if (isRedirect(status) && typeof headers.location === 'string') {
        giveUp(new Redirected(headers.location));
        return;
      }
      const judged = judgeAnswer({ status, headers }, range, file, STATUS_CODES[status] ?? '');
      if (judged instanceof Error) {
        failure = judged;
        // A body that may be long is not read.
        if (status < 400 || Number(headers['content-length'] ?? Infinity) > DRAINED_BYTES) giveUp(failure);
        return;
      }
      answered = judged;
      onAccepted();
      receiver.onStart(judged);
    },
    onResponseData(_, bytes) {
      if (isOver) return;
      if (answered === undefined) {
        drain(bytes);
        return;
      }
      const room = answered.end - answered.start - arrived;
      arrived += bytes.length;
      if (bytes.length <= room) {
        give(bytes);
        return;
      }
      if (room > 0) give(bytes.subarray(0, room));
      giveUp(tooLong(file));
    },
    onResponseEnd() {
      const short = answered !== undefined && arrived < answered.end - answered.start;
      const error = failure ?? (short ? shortBody(file, arrived, answered!) : undefined);
      // The dispatcher needs a turn of the event loop before it can reuse the connection. A caller that requested the
      // next range earlier would get a new connection.
      queueMicrotask(() => setImmediate(settle, error));
    },
    onResponseError(_, error) {
      const what = { path: file.path, host: url.host, answered: answered !== undefined };
      settle(failure ?? connectionError(error, what));
    },
  };
}

function tooLong({ path }: HttpRangeRequest['file']): ReadError {
  return new ReadError(
    'violation',
    'bad_range',
    `Cannot use the answer for ${path}: its body is longer than its Content-Range says.`,
  );
}

function shortBody({ path }: Pick<PlannedFile, 'path'>, arrived: number, { start, end }: ByteRange): ReadError {
  return new ReadError(
    'broken',
    'network_error',
    `Cannot read all of ${path}: the answer ended after ${arrived} of ${end - start} bytes.`,
  );
}
