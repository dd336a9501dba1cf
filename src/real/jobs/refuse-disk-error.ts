import { RefusedError } from '../../core/errors.js';
import { adviceOnFileError, errorCodeOf, isDiskFull } from '../../node/file-errors.js';
import { UnusableFile } from '../../node/read-file.js';
import type { JobRecord } from './job-record.js';

/**
 * Turns what the disk has refused into the refusal of a start, a resume or another call: one of a full disk is
 * `insufficient_space`, any other `disk_error`. Errors that are none of the file system's stay as they are.
 */
function refuseDiskError(
  error: unknown,
  { doing, subject, root }: { doing: string; subject: string; root: string },
): unknown {
  if (error instanceof UnusableFile) return new RefusedError('disk_error', subject, error.message, { cause: error });
  const known = adviceOnFileError(error);
  if (known === undefined || error instanceof RefusedError) return error;
  if (isDiskFull(error)) {
    return new RefusedError(
      'insufficient_space',
      subject,
      `Cannot ${doing} ${subject} in ${root}: no further file can be created there (${errorCodeOf(error)}: ${known.reason}). Delete some files, or use another models folder.`,
      { cause: error },
    );
  }
  return new RefusedError(
    'disk_error',
    subject,
    `Cannot ${doing} ${subject} in ${root}: ${known.reason} (${(error as Error).message}). ${known.advice}, then try again.`,
    { cause: error },
  );
}

/** Does something to a job; what the disk refuses becomes a refusal. */
export async function orDiskRefusal<Result>(
  doing: string,
  job: Pick<JobRecord, 'model' | 'root'>,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw refuseDiskError(error, { doing, subject: job.model, root: job.root });
  }
}
