import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { addHubCommand } from '../hub/command.js';
import { CannotListenError } from '../node/cannot-listen.js';
import { CommandError } from './command-error.js';
import { addExecCommand } from './exec/command.js';
import { addDownloadCommands } from './downloads/commands.js';
import { addServeOptions, readSwitches, refuseFlagsOfOtherEngine, type Settings } from './settings.js';
import { addProxyCommand } from './proxy/commands.js';
import { addVerifyCommand } from './verify/commands.js';
import { commandName } from './welcome.js';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** What the command line does to the world. */
export interface CommandLineIo {
  out: (text: string) => void;
  err: (text: string) => void;
  /** What `serve` does with settings that are right. */
  serve: (settings: Settings, version: string) => Promise<void>;
}

/** Runs a command line. Resolves with the exit code where it failed or only printed; a command that ran sets its own. */
export async function runCommandLine(args: readonly string[], io: CommandLineIo): Promise<number | undefined> {
  const program = createProgram(io);
  try {
    for (const command of program.commands) readSwitches(process.env, command);
    await program.parseAsync(args, { from: 'user' });
    return undefined;
  } catch (error) {
    // Commander has printed its own already.
    if (error instanceof CommanderError) return error.exitCode;
    io.err(`modeldock: ${describeFailure(error)}\n`);
    return 1;
  }
}

function createProgram({ out, err, serve }: CommandLineIo): Command {
  const program = new Command('modeldock')
    .description("Mock, reference server and test harness for LM Studio's model-download API.")
    .version(version)
    .configureOutput({ writeOut: out, writeErr: err })
    // Commands end by themselves: process.exit would lose what is being written, and that it could not be written.
    .exitOverride()
    // Flags behind the program that `exec` runs are that program's own.
    .enablePositionalOptions();
  const serveCommand = addServeOptions(program.command('serve', { isDefault: true }))
    .allowExcessArguments()
    .description('serve the API (the default)')
    .action(async (settings: Settings) => {
      refuseWords(program, serveCommand);
      refuseFlagsOfOtherEngine(settings, serveCommand);
      await serve(settings, version);
    });
  addExecCommand(program);
  addDownloadCommands(program);
  addHubCommand(program);
  addVerifyCommand(program);
  addProxyCommand(program);
  program.addHelpText('after', () => `\n${serveCommand.helpInformation()}`);
  program.showHelpAfterError(whereHelpIs());
  for (const command of program.commands) {
    command.showHelpAfterError(whereHelpIs(command === serveCommand ? undefined : command));
  }
  return program;
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
function whereHelpIs(command?: Command): string {
  return `Run ${commandName()}${command ? ` ${command.name()}` : ''} --help for all options.`;
}

/** Refuses words: `serve` takes none, and as the default command it also gets those that were meant to be commands. */
function refuseWords(program: Command, serveCommand: Command): void {
  const [word] = serveCommand.args;
  if (word === undefined) return;
  if (program.args[0] === serveCommand.name()) {
    throw new CommandError(`Cannot serve ${word}: serve takes flags only. ${commandName()} --help lists them.`);
  }
  const names = program.commands.map((command) => command.name()).join(', ');
  throw new CommandError(`There is no command ${word}. There is: ${names}.`);
}
