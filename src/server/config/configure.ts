import { resolve } from 'node:path';
import type { Command } from 'commander';
import { CommandError } from '../command-error.js';
import { EXCLUDES, FLAGS_OF, type Settings } from '../settings.js';
import { findConfig } from './find-config.js';

/**
 * Lets a configuration decide what neither a flag nor a variable does: the file of --config, or the one in the working
 * directory.
 * @param except keys that this command leaves alone
 * @throws CommandError naming what is wrong in it
 */
export async function configure<Given extends Settings>(
  settings: Given,
  command: Command,
  except: readonly (keyof Settings)[] = [],
): Promise<Given> {
  const path = settings.config ?? findConfig('.');
  if (path === undefined) return settings;
  // Most runs have none, and would wait for what reads it.
  const [{ readConfig }, { checkConfig }] = await Promise.all([
    import('./read-config.js'),
    import('./check-config.js'),
  ]);
  const values = await readConfig(path, (value, folder) => checkConfig(value, folder, command));
  const given = (key: string): boolean => ['cli', 'env'].includes(command.getOptionValueSource(key) ?? '');
  const engine = given('engine')
    ? settings.engine
    : ((values.engine as Settings['engine'] | undefined) ?? settings.engine);
  const ofOther = keysOfOtherEngine(engine, command);
  for (const [key, value] of Object.entries(values)) {
    // A user who chooses an engine by a flag does not mean the keys for the other one.
    const isOutdone = [key, ...excludedBy(key)].some(given) || (given('engine') && ofOther.includes(key));
    if (value !== undefined && !isOutdone && ofOther.includes(key)) {
      throw new CommandError(
        `Cannot use ${key} of ${path} with the engine ${engine}: it is for the other engine only. Leave it out, or set "engine".`,
      );
    }
    if (value !== undefined && !isOutdone && !except.includes(key as keyof Settings)) {
      command.setOptionValueWithSource(key, value, 'config');
    }
  }
  return { ...command.opts<Given>(), config: resolve(path) };
}

function keysOfOtherEngine(engine: Settings['engine'], command: Command): string[] {
  const flags = FLAGS_OF[engine === 'real' ? 'simulated' : 'real'];
  return command.options.filter((each) => flags.includes(each.name())).map((each) => each.attributeName());
}

/** The keys that have no meaning beside this one. */
function excludedBy(key: string): string[] {
  return [
    ...(EXCLUDES[key] ?? []),
    ...Object.entries(EXCLUDES).flatMap(([other, excluded]) => (excluded.includes(key) ? [other] : [])),
  ];
}
