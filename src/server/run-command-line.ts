import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { addHubCommand } from '../hub/command.js';
import { CannotListenError } from '../node/cannot-listen.js';
import { CommandError } from './command-error.js';
import { configure } from './config/configure.js';
import { addExecCommand } from './exec/command.js';
import { addDownloadCommands } from './downloads/commands.js';
import { addHealthCommand } from './health.js';
import { addServeOptions, readSwitches, refuseFlagsOfOtherEngine, type Settings } from './settings.js';
import { addProxyCommand } from './proxy/commands.js';
import { addVerifyCommand } from './verify/commands.js';
import { commandName } from './welcome.js';
import { describeUsageError } from '../node/usage-error.js';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** The effects of the command line. */
export interface CommandLineIo {
  out: (text: string) => void;
  err: (text: string) => void;
  /** Serves with valid settings. `readAgain` reads them, and all files that they come from, anew. */
  serve: (settings: Settings, version: string, readAgain: () => Promise<Settings>) => Promise<void>;
}

/**
 * Runs a command line. Resolves with the exit code where it failed or only printed; a command that ran sets its own.
 */
export async function runCommandLine(args: readonly string[], io: CommandLineIo): Promise<number | undefined> {
  const program = createProgram({
    ...io,
    serve: (settings) => io.serve(settings, version, () => readSettings(args)),
  });
  let putBack: (() => void) | undefined;
  if (args[0] === 'complete') (await import('./complete.js')).addCompletion(program);
  else describeCompletion(program);
  try {
    putBack = readSwitches(process.env, program.commands);
    await program.parseAsync(args, { from: 'user' });
    return undefined;
  } catch (error) {
    // Commander has printed its own errors already.
    if (error instanceof CommanderError) return error.exitCode;
    io.err(`modeldock: ${describeFailure(error)}\n`);
    return 1;
  } finally {
    putBack?.();
  }
}

/** Reads the settings of a command line and of all files that it leads to. @throws CommandError in one sentence */
async function readSettings(args: readonly string[]): Promise<Settings> {
  const errors: string[] = [];
  let settings: Settings | undefined;
  await runCommandLine(args, {
    out: () => undefined,
    err: (text) => errors.push(text),
    serve: async (given) => {
      settings = given;
    },
  });
  if (settings) return settings;
  const words = errors
    .join('')
    .replace(/^error: option .* is invalid\.|^modeldock: |Run .* --help for all options\./gm, '');
  throw new CommandError(words.trim().replaceAll(/\s*\n\s*/g, ' '));
}

interface ProgramIo extends Omit<CommandLineIo, 'serve'> {
  serve: (settings: Settings) => Promise<void>;
}

function createProgram({ out, err, serve }: ProgramIo): Command {
  const program = new Command('modeldock')
    .description("Mock, reference server and test harness for LM Studio's model-download API.")
    .version(version)
    .configureOutput({
      writeOut: out,
      writeErr: err,
      outputError: (text, write) => write(describeUsageError(text)),
    })
    // Commands end by themselves: process.exit would lose pending output, and the error if it cannot be written.
    .exitOverride()
    // Flags behind the program that `exec` runs are that program's own.
    .enablePositionalOptions();
  const serveCommand = addServeOptions(program.command('serve', { isDefault: true }))
    .allowExcessArguments()
    .description('serve the API (the default)')
    .action(async (given: Settings) => {
      refuseWords(program, serveCommand);
      const settings = await configure(given, serveCommand);
      refuseFlagsOfOtherEngine(settings, serveCommand);
      await serve(settings);
    });
  addExecCommand(program);
  addDownloadCommands(program);
  addHubCommand(program);
  addVerifyCommand(program);
  addHealthCommand(program);
  addProxyCommand(program);
  program.addHelpText('after', () => `\n${serveCommand.helpInformation()}`);
  program.showHelpAfterError(whereHelpIs());
  for (const command of program.commands) {
    command.showHelpAfterError(whereHelpIs(command === serveCommand ? undefined : command));
  }
  return program;
}

/** For the help: the command itself is loaded only where it runs. */
function describeCompletion(program: Command): void {
  program
    .command('complete')
    .description('print the completion of commands and flags for a shell: bash, zsh, fish or powershell')
    .argument('<shell>');
}

/** Describes a failure in one sentence. Only developers need a stack, and ask for it with MODELDOCK_DEBUG. */
function describeFailure(error: unknown): string {
  if (error instanceof CommandError || error instanceof CannotListenError) return error.message;
  if (process.env.MODELDOCK_DEBUG) return error instanceof Error ? (error.stack ?? error.message) : String(error);
  const message = error instanceof Error ? error.message : String(error);
  return (error as NodeJS.ErrnoException).code === undefined
    ? `${message} (This was not expected: please report it. MODELDOCK_DEBUG=1 shows where it comes from.)`
    : message;
}

/** Says where the flags are listed: those of `serve` in the program's help, those of other commands in their own. */
function whereHelpIs(command?: Command): string {
  return `Run ${commandName()}${command ? ` ${command.name()}` : ''} --help for all options.`;
}

/** Refuses positional arguments: `serve` takes none. As the default command it also gets misspelled commands. */
function refuseWords(program: Command, serveCommand: Command): void {
  const [word] = serveCommand.args;
  if (word === undefined) return;
  if (program.args[0] === serveCommand.name()) {
    throw new CommandError(
      `Cannot serve ${word}: expected only flags, found ${word}. ${commandName()} --help lists the flags.`,
    );
  }
  const names = program.commands.map((command) => command.name()).join(', ');
  throw new CommandError(`Cannot run ${word}: expected one of the commands ${names}, found ${word}.`);
}
