import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CommandError } from '../command-error.js';

const NAMES = ['json', 'jsonc', 'js', 'mjs', 'cjs', 'ts', 'mts'].map((extension) => `modeldock.config.${extension}`);

/**
 * Finds the configuration in a folder.
 * @throws CommandError where there are two: which of them counts would be a guess
 */
export function findConfig(folder: string): string | undefined {
  const [found, another] = NAMES.filter((name) => existsSync(join(folder, name)));
  if (another !== undefined) {
    throw new CommandError(
      `Cannot choose between ${found!} and ${another} in ${resolve(folder)}: expected one configuration. Remove one, or name one with --config.`,
    );
  }
  return found === undefined ? undefined : join(folder, found);
}
