import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { createHub, type Hub, type HubOptions } from './create-hub.js';
import { parseFaults } from './faults/parse-fault.js';
import { InvalidInput } from './fields.js';
import { createProxy, type LoggingProxy } from './proxy.js';
import { reposFromDisk } from './repos/repos-from-disk.js';
import { CannotListen } from './wire/listen.js';
import { readFileSync } from 'node:fs';

/** Where the command writes and what ends it; the process itself unless a test says otherwise. */
export interface Surroundings {
  out: (text: string) => void;
  err: (text: string) => void;
  /** Resolves when the hub is to end. */
  ended: () => Promise<void>;
}

interface Flags {
  port: number;
  host: string;
  cdnPort: number;
  cdnHost?: string;
  cdn?: string;
  repos?: string[];
  faults?: string;
  seed: string;
  tls?: true;
  proxy?: number | true;
  rateLimits: boolean;
  json?: true;
}

const DEFAULT_PORT = 4321;

/** Adds `hub` to a program: starts a hub, says how to use it, and ends with 0 on SIGINT and SIGTERM. */
export function addHubCommand(program: Command, surroundings: Surroundings = processSurroundings): void {
  program
    .command('hub')
    .description('serve a Hugging Face origin on loopback, to test downloaders against')
    .option('--port <number>', 'port of the hub; 0 for any that is free', port, DEFAULT_PORT)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--cdn-port <number>', 'port of the CDN; 0 for any that is free', port, 0)
    .option('--cdn-host <address>', 'address of the CDN (default: 127.0.0.2, or localhost where that does not exist)')
    .option('--cdn <url>', 'another server that has the large files as /owner/name/path', webUrl)
    .option('--repos <path>', 'a JSON file of repos, or a folder of owner/name/files; may be repeated', collected)
    .option('--faults <file>', 'a JSON file with faults to start with')
    .option('--seed <text>', 'the contents of all files follow from it', 'modeldock')
    .option('--tls', 'HTTPS, with a certificate made at start')
    .option('--proxy [port]', 'also start a logging HTTP proxy', port)
    .option('--no-rate-limits', 'never answer 429 by itself')
    .option('--json', 'print one line of JSON instead of text')
    .action(async (flags: Flags, command: Command) => {
      try {
        await run(flags, surroundings);
      } catch (error) {
        if (!(error instanceof InvalidInput || error instanceof CannotListen)) throw error;
        command.error(`error: ${error.message}`, { exitCode: 1 });
      }
    });
}

async function run(flags: Flags, { out, err, ended }: Surroundings): Promise<void> {
  // Listening for the end comes first: a signal during the start must not be lost.
  const end = ended();
  const hub = await createHub(optionsFrom(flags));
  let proxy: LoggingProxy | undefined;
  let certificateFile: string | undefined;
  try {
    if (flags.proxy !== undefined) proxy = await createProxy({ port: flags.proxy === true ? 0 : flags.proxy });
    if (hub.certificate !== undefined) certificateFile = await saveCertificate(hub.certificate);
    const repos = hub.repos();
    const facts = {
      ...{ endpoint: hub.endpoint, cdn: hub.cdn, repos, pid: process.pid },
      ...(proxy && { proxy: proxy.url }),
      ...(certificateFile !== undefined && { certificate: certificateFile }),
    };
    out(flags.json ? `${JSON.stringify(facts)}\n` : greeting(hub, flags.repos === undefined, proxy, certificateFile));
    let ending = false;
    hub.ready().catch((error: unknown) => {
      // Digests that the end interrupts are nobody's mistake.
      if (!ending) err(`${error instanceof Error ? error.message : String(error)}\n`);
    });
    await end;
    ending = true;
  } finally {
    await Promise.all([hub.close(), proxy?.close()]);
    if (certificateFile !== undefined) await rm(dirname(certificateFile), { recursive: true });
  }
}

function optionsFrom(flags: Flags): HubOptions {
  const found = flags.repos?.map(reposFromDisk);
  const tokens = found?.flatMap((each) => each.tokens) ?? [];
  return {
    ...{ host: flags.host, port: flags.port, cdnPort: flags.cdnPort, seed: flags.seed },
    ...(flags.cdnHost !== undefined && { cdnHost: flags.cdnHost }),
    ...(flags.cdn !== undefined && { cdnUrl: flags.cdn }),
    ...(found && { repos: found.flatMap((each) => each.repos) }),
    ...(tokens.length > 0 && { tokens }),
    ...(flags.faults !== undefined && { faults: faultsFrom(flags.faults) }),
    ...(flags.tls && { tls: true }),
    ...(!flags.rateLimits && { rateLimits: false as const }),
  };
}

function faultsFrom(file: string): ReturnType<typeof parseFaults> {
  let data: unknown;
  try {
    data = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new InvalidInput(
      file,
      `could not be read as JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  return parseFaults(data);
}

async function saveCertificate(certificate: string): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), 'modeldock-hub-')), 'certificate.pem');
  await writeFile(file, certificate);
  return file;
}

function greeting(
  hub: Hub,
  builtin: boolean,
  proxy: LoggingProxy | undefined,
  certificateFile: string | undefined,
): string {
  const repos = hub.control.repos().map(({ id, commits }) => {
    const files = commits.at(-1)!.files;
    return `  ${id.padEnd(36)} ${files.length} files, ${amount(files.reduce((sum, { size }) => sum + size, 0))}`;
  });
  const lines = [
    `HF_ENDPOINT=${hub.endpoint}`,
    ...(certificateFile === undefined ? [] : [`NODE_EXTRA_CA_CERTS=${certificateFile}`]),
    ...(proxy === undefined ? [] : [`HTTP_PROXY=${proxy.url}`]),
    '',
    `Repos (large files come from ${hub.cdn}):`,
    ...repos,
    '',
    ...(builtin ? [`Tokens: hf_reader (may read what is public), hf_member (every private and gated repo too)`] : []),
    `Faults, journal and more: ${hub.endpoint}/__hub`,
  ];
  return `${lines.join('\n')}\n`;
}

function amount(bytes: number): string {
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

const processSurroundings: Surroundings = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  ended: () =>
    new Promise((resolve) => {
      process.once('SIGINT', () => resolve());
      process.once('SIGTERM', () => resolve());
    }),
};

function port(value: string): number {
  const number = Number(value);
  if (!/^\d+$/.test(value) || number > 65_535)
    throw new InvalidArgumentError('It must be a whole number from 0 to 65535.');
  return number;
}

function webUrl(value: string): string {
  if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol)) {
    throw new InvalidArgumentError('It must be an http:// or https:// URL.');
  }
  return value;
}

function collected(value: string, before: string[] = []): string[] {
  return [...before, value];
}
