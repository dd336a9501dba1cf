import type { FailureCode } from '../../core/errors.js';

/** From `start` up to and without `end`. */
export interface ByteRange {
  start: number;
  end: number;
}

/** What takes the bytes of one request. */
export interface ByteReceiver {
  /** The request goes out now: silence counts from here, and not while it is still being found out whom to ask. */
  onAsked?(): void;
  /**
   * The answer began, and was checked. `start` is the asked-for one, or 0 where the server sends the whole file to a
   * request for a part of it; `end` may be less than was asked for.
   */
  onStart(answered: ByteRange & { whole: boolean }): void;
  /** Returns false to have the socket paused; the source goes on when `resumed` settles. */
  onBytes(bytes: Uint8Array): boolean;
  resumed(): Promise<void>;
}

/** Where a file's bytes come from. Reads may run side by side. */
export interface ByteSource {
  /** What counts against the limit of connections per host. */
  readonly host: string;
  /**
   * Reads a range. Resolves when the answer's body has come to its end; rejects with a ReadError when it is worth
   * asking again, with a DownloadError when it is not, or with the signal's reason.
   */
  read(range: ByteRange, receiver: ByteReceiver, signal: AbortSignal): Promise<void>;
}

/** How a request for bytes went wrong. It decides how long, and how often, it is made again. */
export type ReadFailure =
  /** No answer at all: the name is unknown, nobody listens, the connection ended before a header. */
  | 'unreachable'
  /** An answer that ended too early. */
  | 'broken'
  /** The URL is not good any more; the next read uses another. */
  | 'refused'
  /** 429. */
  | 'rate-limited'
  /** 5xx, or a status that makes no sense here. */
  | 'server'
  /** An answer that is not what was asked for. Nothing of it may be kept. */
  | 'violation';

/** A request for bytes that failed, and may succeed when it is made again. */
export class ReadError extends Error {
  override readonly name = 'ReadError';
  readonly kind: ReadFailure;
  /** What the download fails with if it never succeeds. */
  readonly code: FailureCode;
  /** How long the server wants to be left alone. */
  readonly retryAfterMs: number | undefined;

  constructor(
    kind: ReadFailure,
    code: FailureCode,
    message: string,
    { retryAfterMs, cause }: { retryAfterMs?: number | undefined; cause?: unknown } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.kind = kind;
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}
