import type { FailureCode } from '../../core/errors.js';

/** From `start` up to but not including `end`. */
export interface ByteRange {
  start: number;
  end: number;
}

/** Receives the bytes of one request. */
export interface ByteReceiver {
  /** Called when the request is sent: silence counts from here, not from the search for the host. */
  onAsked?(): void;
  /**
   * Called when the answer begins, after it was checked. `start` is the requested one, or 0 if the server sends the
   * whole file in answer to a request for a part; `end` may be less than requested.
   */
  onStart(answered: ByteRange & { whole: boolean }): void;
  /** Returns false to pause the socket; the source continues when `resumed` settles. */
  onBytes(bytes: Uint8Array): boolean;
  resumed(): Promise<void>;
}

/** Provides a file's bytes. Reads may run in parallel. */
export interface ByteSource {
  /** The host that counts for the limit of connections per host. */
  readonly host: string;
  /**
   * Reads a range. Resolves when the answer's body has ended; rejects with a ReadError if a retry may help, with a
   * DownloadError if not, or with the signal's reason.
   */
  read(range: ByteRange, receiver: ByteReceiver, signal: AbortSignal): Promise<void>;
}

/** How a request for bytes failed. It decides how long, and how often, it is retried. */
export type ReadFailure =
  /** No answer: the name is unknown, no server listens, the connection ended before a header. */
  | 'unreachable'
  /** An answer that ended too early. */
  | 'broken'
  /** The URL is no longer valid; the next read uses another. */
  | 'refused'
  /** 429. */
  | 'rate-limited'
  /** 5xx, or an unexpected status. */
  | 'server'
  /** An answer that is not what was requested. None of it may be kept. */
  | 'violation';

/** An error of a request for bytes that may succeed if it is retried. */
export class ReadError extends Error {
  override readonly name = 'ReadError';
  readonly kind: ReadFailure;
  /** The code of the download's failure if it never succeeds. */
  readonly code: FailureCode;
  /** How long the server asks clients to wait. */
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
