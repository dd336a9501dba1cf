import type { RateBucket } from './rate-gate.js';

/** Where a file's bytes are, for a while. */
export interface FileLocation {
  /** What is after `?` may be a signature: it is a secret. */
  url: string;
  /** To be sent along; Authorization only where it may go. */
  headers: Record<string, string>;
  /** On the monotonic clock; Infinity for one that does not expire. */
  expiresAt: number;
  renewAt: number;
  /** Set where the hub itself sends the bytes: the requests that it counts them as. */
  bucket?: RateBucket;
}
