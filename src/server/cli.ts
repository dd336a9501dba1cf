#!/usr/bin/env node
import { setMaxListeners } from 'node:events';
import { guardOutput, onOutputLost } from './output.js';
import { runCommandLine } from './run-command-line.js';
import { runServe } from './serve-command.js';
import type { Serving } from './serve.js';
import type { Settings } from './settings.js';

// Every event stream and every hanging call listens for the end of its session, so a dozen listeners are not a leak.
setMaxListeners(0);

guardOutput();

const code = await runCommandLine(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  serve: serveUntilStopped,
});
if (code !== undefined) process.exitCode = code;

async function serveUntilStopped(
  settings: Settings,
  version: string,
  readAgain: () => Promise<Settings>,
): Promise<void> {
  let closing: Promise<void> | undefined;
  // A signal may come twice: npm passes on a Ctrl-C that this process has received too. Without a handler, the second
  // would kill the process.
  const stop = (): void => {
    closing ??= serving.then(closeAndExit, () => undefined);
  };
  // Installed before the server listens: a program that waits for that may send the signal at once.
  process.on('SIGINT', stop).on('SIGTERM', stop);
  onOutputLost(stop);
  const serving = runServe(settings, version, readAgain);
  await serving;
}

async function closeAndExit(serving: Serving): Promise<void> {
  await serving.close();
  process.exit(0);
}
