import type { RateBucket } from './rate-gate.js';

/** The address of a file's bytes, valid for a while. */
export interface FileLocation {
  /** The query may contain a signature, so it is a secret. */
  url: string;
  /** Headers to send; Authorization only where it is allowed. */
  headers: Record<string, string>;
  /** On the monotonic clock; Infinity if it does not expire. */
  expiresAt: number;
  renewAt: number;
  /** Set if the hub itself sends the bytes: the kind of request as which it counts them. */
  bucket?: RateBucket;
}
