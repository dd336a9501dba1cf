/** Returns the system's code of an error, for instance `ENOENT`; undefined for any other error. */
export function errorCodeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Whether the file, or the folder that should contain it, does not exist. */
export function isMissing(error: unknown): boolean {
  const code = errorCodeOf(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** Resolves as `open`, `stat`, … do, or with undefined if the file does not exist. */
export function unlessMissing<Result>(result: Promise<Result>): Promise<Result | undefined> {
  return result.catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
}

/**
 * Whether hard links are not supported here, or not between these two places, or the file has its maximum number of
 * them.
 */
export function isWithoutLinks(error: unknown): boolean {
  return ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EINVAL'].includes(errorCodeOf(error) ?? '');
}

/** Whether the disk is full, or this user's share of it, even for a small file. */
export function isDiskFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes(errorCodeOf(error) ?? '');
}

/** Explains why the system refused to work on a file, and what the user can do about it. */
export interface FileErrorAdvice {
  /** A clause, such as `the disk is full`. */
  reason: string;
  /** A sentence without its full stop, such as `Free some space`. */
  advice: string;
}

const CHECK_DISK = 'Check the disk and the permissions of its folder';

const ADVICE: Readonly<Record<string, FileErrorAdvice>> = {
  ENOSPC: { reason: 'the disk is full', advice: 'Free some space' },
  EDQUOT: { reason: 'the disk quota is exhausted', advice: 'Free some space' },
  EMFILE: { reason: 'this process has too many files open', advice: 'Raise its limit of open files (ulimit -n)' },
  ENFILE: { reason: 'the computer has too many files open', advice: 'End programs that hold many files open' },
  ENOMEM: { reason: 'the computer is out of memory', advice: 'End programs that take much memory' },
  EROFS: { reason: 'the disk is mounted read-only', advice: CHECK_DISK },
  EACCES: { reason: 'this user has no permission', advice: CHECK_DISK },
  EPERM: { reason: 'this user has no permission', advice: CHECK_DISK },
  EIO: { reason: 'the disk reports an error of its own', advice: CHECK_DISK },
  ENXIO: { reason: 'the disk does not answer', advice: CHECK_DISK },
  ENODEV: { reason: 'the disk does not answer', advice: CHECK_DISK },
  ESTALE: { reason: 'the network disk has lost the file', advice: CHECK_DISK },
  ETIMEDOUT: { reason: 'the network disk does not answer', advice: CHECK_DISK },
  EBUSY: { reason: 'another program holds it', advice: 'End that program' },
  EFBIG: {
    reason: 'the file system does not support files of this size',
    advice: 'Use a models folder on another file system',
  },
  ENOENT: { reason: 'it, or the folder that it is in, was deleted', advice: 'Put the folder back' },
  ENOTDIR: { reason: 'a folder that it is in is a file', advice: 'Move that file away' },
  EISDIR: { reason: 'it is a folder', advice: 'Move that folder away' },
  ELOOP: { reason: 'it, or a folder it is in, is a link that leads to itself', advice: 'Remove that link' },
  ENAMETOOLONG: { reason: 'its name is too long', advice: 'Use a models folder with a shorter path' },
  EEXIST: { reason: 'something else has its name', advice: 'Move that away' },
  EXDEV: { reason: 'it is on another disk', advice: 'Keep the models folder on one disk' },
};

/** Undefined for an error that is none of the file system's. */
export function adviceOnFileError(error: unknown): FileErrorAdvice | undefined {
  return ADVICE[errorCodeOf(error) ?? ''];
}
