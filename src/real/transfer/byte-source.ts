/** From `start` up to and without `end`. */
export interface ByteRange {
  start: number;
  end: number;
}

/** What takes the bytes of one request. */
export interface ByteReceiver {
  /**
   * The answer began, and was checked. `start` is the asked-for one, or 0 where the server sends the whole file to a
   * request for a part of it; `end` may be less than was asked for.
   */
  onStart(answered: ByteRange): void;
  /** Returns false to have the socket paused; the source goes on when `resumed` settles. */
  onBytes(bytes: Uint8Array): boolean;
  resumed(): Promise<void>;
}

/** Where a file's bytes come from. Reads may run side by side. */
export interface ByteSource {
  /** What counts against the limit of connections per host. */
  readonly host: string;
  /**
   * Reads a range. Resolves when the answer's body has come to its end; rejects with a ReadError, or with the signal's reason.
   */
  read(range: ByteRange, receiver: ByteReceiver, signal: AbortSignal): Promise<void>;
}
