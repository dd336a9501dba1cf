#!/usr/bin/env node
import { setMaxListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { addHubCommand } from '../hub/command.js';
import { CommandError } from './command-error.js';
import { addDownloadCommands } from './downloads/commands.js';
import { guardOutput, onOutputLost } from './output.js';
import { runServe } from './serve-command.js';
import { CannotListenError } from '../node/cannot-listen.js';
import type { Serving } from './serve.js';
import { addServeOptions, readSwitches, refuseFlagsOfOtherEngine, type Settings } from './settings.js';
import { commandName } from './welcome.js';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

// Every stream of events and every call that hangs listens for the end of its session: a dozen listeners are no leak.
setMaxListeners(0);

guardOutput();

const program = new Command('modeldock')
  .description("Mock, reference server and test harness for LM Studio's model-download API.")
  .version(version)
  // Commands end by themselves: process.exit would lose what is being written, and that it could not be written.
  .exitOverride();

const serveCommand = addServeOptions(program.command('serve', { isDefault: true }))
  .allowExcessArguments()
  .description('serve the API (the default)')
  .action(async (settings: Settings) => {
    refuseWords();
    refuseFlagsOfOtherEngine(settings, serveCommand);
    let closing: Promise<void> | undefined;
    // A signal may come twice: npm passes on a Ctrl-C that this process has received too. Unhandled, the second would kill.
    const stop = (): void => {
      closing ??= serving.then(closeAndExit, () => undefined);
    };
    // Before it listens: a program that reads that it does may send the signal at once.
    process.on('SIGINT', stop).on('SIGTERM', stop);
    onOutputLost(stop);
    const serving = runServe(settings, version);
    await serving;
  });

addDownloadCommands(program);
addHubCommand(program);
program.addHelpText('after', () => `\n${serveCommand.helpInformation()}`);
program.showHelpAfterError(whereHelpIs());
for (const command of program.commands) command.showHelpAfterError(whereHelpIs(command));

try {
  readSwitches(process.env, serveCommand);
  await program.parseAsync();
} catch (error) {
  process.exitCode = error instanceof CommanderError ? error.exitCode : 1;
  // Commander has printed its own already.
  if (!(error instanceof CommanderError)) process.stderr.write(`modeldock: ${describeFailure(error)}\n`);
}

/** One sentence. A stack helps only a developer, who asks for it. */
function describeFailure(error: unknown): string {
  if (error instanceof CommandError || error instanceof CannotListenError) return error.message;
  if (process.env.MODELDOCK_DEBUG) return error instanceof Error ? (error.stack ?? error.message) : String(error);
  const message = error instanceof Error ? error.message : String(error);
  return (error as NodeJS.ErrnoException).code === undefined
    ? `${message} (This was not expected: please report it. MODELDOCK_DEBUG=1 shows where it comes from.)`
    : message;
}

/** The help of the program has the flags of `serve`; those of every other command are in its own. */
function whereHelpIs(command = serveCommand): string {
  const name = command === serveCommand ? '' : ` ${command.name()}`;
  return `Run ${commandName()}${name} --help for all options.`;
}

/** Refuses words: `serve` takes none, and as the default command it also gets those that were meant to be commands. */
function refuseWords(): void {
  const [word] = serveCommand.args;
  if (word === undefined) return;
  if (program.args[0] === serveCommand.name()) {
    throw new CommandError(`Cannot serve ${word}: serve takes flags only. ${commandName()} --help lists them.`);
  }
  const names = program.commands.map((command) => command.name()).join(', ');
  throw new CommandError(`There is no command ${word}. There is: ${names}.`);
}

async function closeAndExit(serving: Serving): Promise<void> {
  await serving.close();
  process.exit(0);
}
