import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the repository, with a separator at its end. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** An absolute path inside the repository. */
export function inProject(path) {
  return join(root, path);
}

/** Something that went wrong in a way the reader can mend: shown without a stack. */
export class SetUpError extends Error {
  name = 'SetUpError';

  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** One line to the reader; standard output belongs to the command that follows. */
export function say(line) {
  process.stderr.write(`${line}\n`);
}
