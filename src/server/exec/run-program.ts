import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import spawn from 'cross-spawn';
import { CommandError } from '../command-error.js';
import { execExitCodes } from './exit-codes.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;
type Signal = (typeof SIGNALS)[number];

/** Takes the signals sent to this process until it is released, and hands them to the program that runs. */
export interface SignalRelay {
  /** The first signal, where one came. */
  received(): Signal | undefined;
  /** Gets every signal from now on; those that came before are not repeated. */
  attach(child: ChildProcess | undefined): void;
  release(): void;
}

/**
 * Listens from now on: a signal while the server starts must not be lost. Ctrl-C and Ctrl-\ in a terminal reach the
 * program directly, because it is in the same process group; sent again, the second would end many programs at once.
 */
export function relaySignals(isTerminal = process.stdin.isTTY): SignalRelay {
  let first: Signal | undefined;
  let child: ChildProcess | undefined;
  const relay = (signal: Signal): void => {
    first ??= signal;
    const isSentByTerminal = isTerminal && (signal === 'SIGINT' || signal === 'SIGQUIT');
    if (!isSentByTerminal) child?.kill(signal);
  };
  for (const signal of SIGNALS) process.on(signal, relay);
  return {
    received: () => first,
    attach: (next) => {
      child = next;
    },
    release: () => {
      for (const signal of SIGNALS) process.off(signal, relay);
    },
  };
}

/** How a program that was started may fail to run, with the exit code a shell gives it. */
export class NotRunError extends CommandError {
  readonly exitCode: number;

  constructor(message: string, exitCode: number, cause: unknown) {
    super(message, { cause });
    this.exitCode = exitCode;
  }
}

/**
 * Runs a program with our standard streams, and resolves with its exit code: 128 + n where signal n ended it.
 * @throws NotRunError where it cannot be started
 */
export function runProgram(
  [file, ...parameters]: readonly string[],
  environment: NodeJS.ProcessEnv,
  relay: SignalRelay,
): Promise<number> {
  return new Promise((resolve, reject) => {
    // On Windows it finds npm.cmd and its like, as a shell does.
    const child = spawn(file!, parameters, { stdio: 'inherit', env: environment });
    relay.attach(child);
    child.once('error', (error: NodeJS.ErrnoException) => {
      relay.attach(undefined);
      // `error` also reports a signal that could not be sent; the program then still runs.
      if (child.pid === undefined) reject(notRun(file!, error));
    });
    child.once('exit', (code, signal) => {
      relay.attach(undefined);
      resolve(code ?? exitCodeOf(signal!));
    });
  });
}

/** The exit code that a shell gives a program which a signal ended. */
export function exitCodeOf(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}

function notRun(file: string, cause: NodeJS.ErrnoException): NotRunError {
  const isPath = /[/\\]/.test(file);
  switch (cause.code) {
    case 'ENOENT':
      return new NotRunError(
        isPath
          ? `Cannot run ${file}: expected a program, found no file there. Check the path, which starts from ${process.cwd()}.`
          : `Cannot run ${file}: expected a program on the PATH, found none of that name. Check its spelling, or give its path.`,
        execExitCodes.notFound,
        cause,
      );
    case 'EACCES':
      return new NotRunError(
        `Cannot run ${file}: expected a program, found a file that may not be executed. Make it executable (chmod +x), or run its interpreter.`,
        execExitCodes.notExecutable,
        cause,
      );
    default:
      return new NotRunError(`Cannot run ${file}: ${cause.message}.`, execExitCodes.notExecutable, cause);
  }
}
