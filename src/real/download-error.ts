import type { FailureCode } from '../core/errors.js';

/** A download that cannot go on. `code` is what the job fails or pauses with; the message is for people. */
export class DownloadError extends Error {
  override readonly name = 'DownloadError';
  readonly code: FailureCode;

  constructor(code: FailureCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
