import { failureCodes, RefusedError, type FailureCode } from '../../core/errors.js';
import { adviceOnFileError } from '../../node/file-errors.js';
import { UnusableFile } from '../../node/read-file.js';
import { describeDiskError } from '../disk/disk-error.js';
import { DownloadError } from '../download-error.js';
import type { FileLayer } from '../file-layer.js';
import type { JobRecord, RecordedState } from './job-record.js';

/** Decides the state of a job whose run ended with an error. */
export async function failureOutcome(
  error: unknown,
  job: JobRecord,
  { files, now, hasToken, onWarning }: Circumstances,
): Promise<RecordedState> {
  const { code, message, isResumable } = await asDownloadError(error, job, files, onWarning);
  if (isResumable) return { state: 'paused', code, reason: message };
  if (job.hadToken && !hasToken && NEEDS_TOKEN.includes(code)) {
    const repo = `${job.plan.owner}/${job.plan.repo}`;
    return {
      state: 'paused',
      code: 'token_missing',
      reason: `Cannot continue with ${repo}: the download was started with a Hugging Face token, and there is none now. Set HF_TOKEN, then resume.`,
    };
  }
  return { state: 'failed', code, reason: message, failedAt: now };
}

interface Circumstances {
  files: FileLayer;
  now: number;
  /** Whether there is a token now. */
  hasToken: boolean;
  onWarning: (text: string) => void;
}

/** The codes of a hub's answers to a client that needs a token and sends none. */
const NEEDS_TOKEN: readonly FailureCode[] = ['gated', 'missing_or_private', 'bad_token'];

async function asDownloadError(
  error: unknown,
  { id, root }: JobRecord,
  files: FileLayer,
  onWarning: (text: string) => void,
): Promise<DownloadError> {
  if (error instanceof DownloadError) return error;
  if (error instanceof RefusedError) {
    const code = failureCodes.find((known) => known === error.code) ?? 'disk_error';
    return new DownloadError(code, error.message, { cause: error, isResumable: code === 'disk_error' });
  }
  if (adviceOnFileError(error) === undefined && !(error instanceof UnusableFile)) {
    onWarning(
      `The job ${id} failed with an unexpected error: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  return describeDiskError(error, { doing: 'download into', path: root, files });
}
