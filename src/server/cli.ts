#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { CommandError, runServe } from './serve-command.js';
import { PortTakenError } from './serve.js';
import { addServeOptions, ignoreSwitchesTurnedOff, type Settings } from './settings.js';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const program = new Command('modeldock')
  .description("Mock, reference server and test harness for LM Studio's model-download API.")
  .version(version)
  .showHelpAfterError('Run modeldock --help for all options.');

const serveCommand = addServeOptions(program.command('serve', { isDefault: true }))
  .description('serve the API (the default)')
  .action(async (settings: Settings) => {
    const serving = await runServe(settings, version);
    let closing: Promise<void> | undefined;
    // A signal may come twice: npm passes on a Ctrl-C that has reached us already. Unheeded, the second would kill.
    const stop = (): void => {
      closing ??= serving.close().then(() => process.exit(0));
    };
    process.on('SIGINT', stop).on('SIGTERM', stop);
  });

program.addHelpText('after', () => `\n${serveCommand.helpInformation()}`);
ignoreSwitchesTurnedOff(process.env, serveCommand);

try {
  await program.parseAsync();
} catch (error) {
  const expected = error instanceof CommandError || error instanceof PortTakenError;
  process.stderr.write(`${expected ? `modeldock: ${error.message}` : ((error as Error).stack ?? String(error))}\n`);
  process.exitCode = 1;
}
