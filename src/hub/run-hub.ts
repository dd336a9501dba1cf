import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describeBytes } from '../core/byte-amounts.js';
import { createHub, type Hub, type HubOptions } from './create-hub.js';
import { parseHubFaults } from './faults/parse-hub-faults.js';
import { readHubFile } from './read-hub-file.js';
import { InvalidInput } from './read-input.js';
import { createProxy, type LoggingProxy } from './proxy.js';
import { reposFromDisk } from './repos/repos-from-disk.js';
import { CannotListenError } from '../node/cannot-listen.js';

/** The output of the command, and its end; the process itself unless a test replaces it. */
export interface HubCliIo {
  out: (text: string) => void;
  err: (text: string) => void;
  /** Resolves when the hub should end. */
  ended: () => Promise<void>;
}

/** The flags of the command line. */
export interface Flags {
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
  proxyCredentials?: string;
  rateLimits: boolean;
  json?: true;
}

/** Starts a hub, prints how to use it, and closes it when `ended` resolves. */
export async function runHub(flags: Flags, { out, err }: HubCliIo, ended: Promise<void>): Promise<void> {
  const hub = await createHub(optionsFrom(flags));
  let proxy: LoggingProxy | undefined;
  let certificateFile: string | undefined;
  try {
    proxy = await proxyFrom(flags);
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
      // Digests interrupted by the end are not errors.
      if (!ending) err(`${error instanceof Error ? error.message : String(error)}\n`);
    });
    await ended;
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
    ...(flags.faults !== undefined && { faults: readHubFile('faults', flags.faults, parseHubFaults) }),
    ...(flags.tls && { tls: true }),
    ...(!flags.rateLimits && { rateLimits: false as const }),
  };
}

async function proxyFrom({ proxy, proxyCredentials }: Flags): Promise<LoggingProxy | undefined> {
  if (proxy === undefined && proxyCredentials === undefined) return undefined;
  return createProxy({
    port: typeof proxy === 'number' ? proxy : 0,
    ...(proxyCredentials !== undefined && { credentials: proxyCredentials }),
  });
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
    return `  ${id.padEnd(36)} ${files.length} files, ${describeBytes(files.reduce((sum, { size }) => sum + size, 0))}`;
  });
  const lines = [
    `HF_ENDPOINT=${hub.endpoint}`,
    ...(certificateFile === undefined ? [] : [`NODE_EXTRA_CA_CERTS=${certificateFile}`]),
    ...(proxy === undefined ? [] : [`HTTP_PROXY=${proxy.url}`, `# its log: curl ${proxy.url}/__proxy`]),
    '',
    `Repos (large files come from ${hub.cdn}):`,
    ...repos,
    '',
    ...(builtin ? [`Tokens: hf_reader (public repos), hf_member (private and gated repos too)`] : []),
    `Faults, journal and more: ${hub.endpoint}/__hub`,
  ];
  return `${lines.join('\n')}\n`;
}

/** Returns the message for the user if other flags or files would avoid the error. */
export function mistakeIn(error: unknown, flags: Flags): string | undefined {
  if (error instanceof CannotListenError && (error.code === 'EADDRINUSE' || error.code === 'EACCES')) {
    const given: Record<string, unknown> = {
      '--port': flags.port,
      '--cdn-port': flags.cdnPort,
      '--proxy': flags.proxy,
    };
    const flag = Object.keys(given).find((name) => given[name] === error.port);
    return flag === undefined ? error.message : `${error.message.replace(/\.$/, '')}: ${flag} 0.`;
  }
  return error instanceof InvalidInput || error instanceof CannotListenError ? error.message : undefined;
}
