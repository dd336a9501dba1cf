import { readFileSync, statSync } from 'node:fs';
import { dirname, extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { errorCodeOf } from '../../node/file-errors.js';
import { readJsonText } from '../../node/json-text.js';
import { CommandError } from '../command-error.js';
import type { ConfiguredValues } from './check-config.js';

/**
 * Reads a configuration: JSON, in which comments are allowed, or a module that exports it by default.
 * @param check checks the values; paths in them are relative to `folder`
 * @throws CommandError naming the file and each wrong value, in JSON with line and column
 */
export async function readConfig(
  path: string,
  check: (value: unknown, folder: string) => ConfiguredValues,
): Promise<ConfiguredValues> {
  const folder = dirname(resolve(path));
  const isJson = ['.json', '.jsonc'].includes(extname(path));
  try {
    if (isJson) return readJsonText(readFileSync(path, 'utf8'), path, (value) => check(value, folder));
    const value = await importDefault(path);
    return check(value, folder);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    const message = (error as Error).message;
    throw new CommandError(
      isJson && errorCodeOf(error) === undefined ? message : `Cannot read the configuration ${path}: ${message}`,
      { cause: error },
    );
  }
}

/** @throws CommandError for a module that cannot be loaded, or that exports nothing by default */
async function importDefault(path: string): Promise<unknown> {
  const url = pathToFileURL(resolve(path));
  let module: { default?: unknown };
  try {
    // Node loads a module once; one that was written again needs another name.
    url.searchParams.set('written', String(statSync(path).mtimeMs));
    module = (await import(url.href)) as { default?: unknown };
  } catch (error) {
    if (errorCodeOf(error) === 'ERR_UNKNOWN_FILE_EXTENSION') {
      throw new CommandError(
        `Cannot load ${path}: this Node, ${process.version}, does not run TypeScript. Use Node 22.18 or newer, or write modeldock.config.js.`,
        { cause: error },
      );
    }
    throw new CommandError(`Cannot load ${path}: ${(error as Error).message}`, { cause: error });
  }
  if (module.default === undefined) {
    throw new CommandError(
      `Cannot use ${path}: expected a default export, found none. Write: export default { scenario: 'slow' };`,
    );
  }
  return Promise.resolve(module.default);
}
