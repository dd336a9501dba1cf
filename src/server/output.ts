/**
 * Handles output that cannot be written: a full disk, a descriptor that fails, a reader that has left.
 *
 * A reader may leave, as `head` does: that is no reason to end a download. Any other failure of standard output costs the
 * command its result, so one sentence says so on standard error and the exit code is not 0. Standard error has progress
 * and logs only, and the command goes on without them.
 */
export function guardOutput(): void {
  let isLost = false;
  process.stderr.on('error', () => undefined);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || isLost) return;
    isLost = true;
    process.stderr.write(`modeldock: Cannot write to standard output: ${reasonOf(error)}.\n`);
  });
  // Also after an explicit exit(0), as at the end of a server.
  process.on('exit', (code) => {
    if (isLost && code === 0) process.exitCode = 1;
  });
}

/** Calls back once when standard output is lost. A server has nobody to tell where it listens, and should end. */
export function onOutputLost(listener: () => void): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') listener();
  });
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  return code === 'ENOSPC' || code === 'EDQUOT' ? `the disk is full (${code})` : message;
}
