/**
 * Handles output that cannot be written: a full disk, a broken descriptor, a reader that has left.
 *
 * A reader may leave early, as `head` does; that does not end a download. With any other failure of standard output the
 * result of the command is lost, so one sentence on standard error says so and the exit code is not 0. Standard error
 * carries only progress and logs, and the command continues without them.
 */
export function guardOutput(): void {
  let isLost = false;
  process.stderr.on('error', () => undefined);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || isLost) return;
    isLost = true;
    process.stderr.write(`modeldock: Cannot write to standard output: ${reasonOf(error)}.\n`);
  });
  // Set here so that it also holds after an explicit exit(0), as at the end of a server.
  process.on('exit', (code) => {
    if (isLost && code === 0) process.exitCode = 1;
  });
}

/** Calls back once when standard output is lost. A server then cannot print its address, and should end. */
export function onOutputLost(listener: () => void): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') listener();
  });
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  return code === 'ENOSPC' || code === 'EDQUOT' ? `the disk is full (${code})` : message;
}
