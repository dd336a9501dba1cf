import { InvalidArgumentError, type Command } from 'commander';
import { parseHost, parsePort } from '../node/parse-address.js';
import { describeUsageError } from '../node/usage-error.js';
import type { Flags, HubCliIo } from './run-hub.js';

const DEFAULT_PORT = 4321;

/** Adds `hub` to a program: starts a hub, says how to use it, and ends with 0 on SIGINT and SIGTERM. */
export function addHubCommand(program: Command, io: HubCliIo = processIo): void {
  program
    .command('hub')
    .description('serve a fake Hugging Face hub on loopback, to test downloaders')
    .configureOutput({ outputError: (text, write) => write(describeUsageError(text)) })
    .option('--port <number>', 'port of the hub; 0 takes any free port', parsePort, DEFAULT_PORT)
    .option('--host <address>', 'address to listen on', parseHost, '127.0.0.1')
    .option('--cdn-port <number>', 'port of the CDN; 0 takes any free port', parsePort, 0)
    .option(
      '--cdn-host <address>',
      'address of the CDN (default: 127.0.0.2, or localhost if that does not exist)',
      parseHost,
    )
    .option('--cdn <url>', 'another server that has the large files as /owner/name/path', webUrl)
    .option('--repos <path>', 'a JSON file of repos, or a folder of owner/name/files; may be repeated', collected)
    .option('--faults <file>', 'a JSON file with faults to start with')
    .option('--seed <text>', 'determines the contents of all files', 'modeldock')
    .option('--tls', 'use HTTPS, with a certificate generated at start')
    .option('--proxy [port]', 'also start a logging HTTP proxy; its log is at GET /__proxy', parsePort)
    .option(
      '--proxy-credentials <user:password>',
      'start the proxy, and require these credentials (407 without)',
      credentials,
    )
    .option('--no-rate-limits', 'do not limit requests (429)')
    .option('--json', 'print one line of JSON instead of text')
    .action(async (flags: Flags, command: Command) => {
      // Before anything that takes time: a signal during the start must not be lost.
      const ended = io.ended();
      // Installed before anything that takes time: a signal during the start must not be lost.
      const { runHub, mistakeIn } = await import('./run-hub.js');
      try {
        await runHub(flags, io, ended);
      } catch (error) {
        const mistake = mistakeIn(error, flags);
        if (mistake === undefined) throw error;
        command.error(`error: ${mistake}`, { exitCode: 1 });
      }
    });
}

const processIo: HubCliIo = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  ended: () =>
    new Promise((resolve) => {
      process.once('SIGINT', () => resolve());
      process.once('SIGTERM', () => resolve());
      // A hub that cannot print its address is useless; a reader that has left has read it already.
      process.stdout.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EPIPE') resolve();
      });
    }),
};

function webUrl(value: string): string {
  if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol)) {
    throw new InvalidArgumentError('Expected an http:// or https:// URL.');
  }
  return value;
}

function credentials(value: string): string {
  if (!/^[^:]+:/.test(value)) throw new InvalidArgumentError('Expected user:password.');
  return value;
}

function collected(value: string, before: string[] = []): string[] {
  return [...before, value];
}
