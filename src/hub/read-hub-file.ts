import { readFileSync } from 'node:fs';
import { errorCodeOf } from '../node/file-errors.js';
import { JsonTextError, readJsonText } from '../node/json-text.js';
import { InvalidInput } from './read-input.js';

/**
 * Reads a JSON file and checks it; comments and trailing commas are allowed.
 * @param what the file holds, for errors
 * @throws InvalidInput, naming each wrong value by its line, its column and its path
 */
export function readHubFile<Value>(what: string, path: string, check: (value: unknown) => Value): Value {
  try {
    return readJsonText(readFileSync(path, 'utf8'), path, check);
  } catch (error) {
    if (!(error instanceof JsonTextError)) throw cannotRead(what, path, error);
    // The path of a wrong value is kept; a mistake in the text has none.
    const wrong = error.cause instanceof InvalidInput ? error.cause.path : path;
    const message = error.message.startsWith('Cannot ') ? error.message : `Cannot read ${error.message}`;
    throw new InvalidInput(wrong, message, { cause: error });
  }
}

/** Returns the error for a file or folder that the system does not give; any other error as it is. */
export function cannotRead(what: string, path: string, error: unknown): unknown {
  const code = errorCodeOf(error);
  if (error instanceof InvalidInput || code === undefined) return error;
  const reason = REASONS[code] ?? `the system says ${code}`;
  return new InvalidInput(path, `Cannot read ${what} from ${path}: ${reason}.`, { cause: error });
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EISDIR: 'it is a folder',
  EACCES: 'this process may not read it, or a file in it',
  EPERM: 'this process may not read it, or a file in it',
  ELOOP: 'a link there leads to itself',
  ENOTDIR: 'a part of the path is a file, not a folder',
  ENAMETOOLONG: 'that name is too long',
};
