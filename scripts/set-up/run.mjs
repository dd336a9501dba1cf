import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { basename } from 'node:path';
import { root, SetUpError } from './project.mjs';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs a program in the repository and returns its exit code and, if `capture` is set, its output. A signal goes to the
 * program first: if only this process ended, the program would be left behind, still writing, and without its lock.
 * @throws SetUpError if the program cannot be started, or a signal arrived
 */
export function run(
  command,
  args,
  { cwd = root, env = {}, capture = false, stdio = ['ignore', 'inherit', 'inherit'], shell } = {},
) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: capture ? ['ignore', 'pipe', 'pipe'] : stdio,
      shell: shell ?? false,
    });
    let output = '';
    const collect = (chunk) => {
      output += chunk;
    };
    child.stdout?.setEncoding('utf8').on('data', collect);
    child.stderr?.setEncoding('utf8').on('data', collect);

    let received;
    const forward = (signal) => {
      received = signal;
      child.kill(signal);
    };
    for (const signal of SIGNALS) process.on(signal, forward);
    const settle = (outcome) => {
      for (const signal of SIGNALS) process.off(signal, forward);
      outcome();
    };

    child.on('error', (error) =>
      settle(() =>
        reject(new SetUpError(`Cannot run ${command}: ${error.message}. Check that it is installed, and on the PATH.`)),
      ),
    );
    child.on('close', (code, signal) =>
      settle(() => {
        if (received) reject(new SetUpError(`Stopped by ${received}.`, 128 + constants.signals[received]));
        else resolve({ code: code ?? 128 + constants.signals[signal], output });
      }),
    );
  });
}

/** Runs a JavaScript file of an installed package, which need be neither executable nor on the PATH. */
export function runNode(file, args, options) {
  return run(process.execPath, [file, ...args], options);
}

/** Runs the npm that started this process, or else the one on the PATH. */
export function runNpm(args, options) {
  const started = process.env.npm_execpath;
  if (started && basename(started) === 'npm-cli.js') return runNode(started, args, options);
  return run('npm', args, { ...options, shell: process.platform === 'win32' });
}
