import type { FailureCode } from '../core/errors.js';

/** An error that ends or pauses a download. `code` is that of the job; the message is for people. */
export class DownloadError extends Error {
  override readonly name = 'DownloadError';
  readonly code: FailureCode;
  /** The user can remove the cause and resume: the job pauses instead of failing. */
  readonly isResumable: boolean;

  constructor(code: FailureCode, message: string, options: { cause?: unknown; isResumable?: boolean } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.isResumable = options.isResumable ?? (code === 'disk_full' || code === 'token_missing');
  }
}
