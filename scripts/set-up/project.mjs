import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the repository, with a separator at its end. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** An absolute path inside the repository. */
export function inProject(path) {
  return join(root, path);
}

/** An error that the user can fix: it is shown without a stack. */
export class SetUpError extends Error {
  name = 'SetUpError';

  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Prints one line for the user; standard output belongs to the command that follows. */
export function say(line) {
  process.stderr.write(`${line}\n`);
}
