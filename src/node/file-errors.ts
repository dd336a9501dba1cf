/** What the system calls an error, for instance `ENOENT`; undefined for any other error. */
export function errorCodeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** There is no such file, or no such folder that it could be in. */
export function isMissing(error: unknown): boolean {
  const code = errorCodeOf(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** What `open`, `stat`, … resolve to, or undefined where there is nothing of that name. */
export function unlessMissing<Result>(result: Promise<Result>): Promise<Result | undefined> {
  return result.catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
}

/** The file system has no hard links here, or not between these two places, or the file has as many as it may have. */
export function isWithoutLinks(error: unknown): boolean {
  return ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EINVAL'].includes(errorCodeOf(error) ?? '');
}

/** Not even a small file has room: the disk is full, or this user's part of it. */
export function isDiskFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes(errorCodeOf(error) ?? '');
}
