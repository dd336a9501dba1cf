import { createWallClock, patientClock, type HubClock } from './clock.js';
import { createDigests, defaultDigestCache } from './content/digests.js';
import { contentId, type ContentSource } from './content/content.js';
import { createHubControl, type HubControl } from './control.js';
import { controlReply } from './control-api.js';
import { createFaultList, type FaultList } from './faults/fault-list.js';
import type { HubFault } from './faults/hub-fault.js';
import { createJournal, type HubJournal } from './journal.js';
import { builtinTokens, createAccess, type Token } from './origin/access.js';
import { createRateLimits, realLimits, type Limits } from './origin/rate-limits.js';
import { createSigner } from './origin/signed-url.js';
import type { OriginContext } from './origin/context.js';
import { builtinRepos } from './repos/builtin-repos.js';
import type { RepoInput } from './repos/description.js';
import { readRepo } from './repos/read-repo.js';
import { createRepoStore, type RepoStore } from './repos/repo-store.js';
import { serveHub, type Station } from './serve.js';
import { encodePath, type HubCall } from './wire/call.js';
import { createCertificate, type Certificate } from './wire/certificate.js';
import { listen, type Listening } from './wire/listen.js';
import { checkOptions, type OptionNames } from '../core/check-options.js';
import { callableOrigin, isLoopbackHost, isWildcardAddress } from '../core/loopback.js';
import { CannotListenError } from '../node/cannot-listen.js';
import type { Pace } from './wire/pace.js';

/** Options of a hub. Every option has a default; `createHub({})` is a hub on a free port with the built-in repos. */
export interface HubOptions {
  /** Default 127.0.0.1. */
  host?: string;
  /** Default 0: any free port. */
  port?: number;
  /** Host that the CDN listens on. Default: 127.0.0.2, else `localhost`; with a `host` beyond loopback, that host. */
  cdnHost?: string;
  /** Default 0: any free port. */
  cdnPort?: number;
  /** Another server that has the large files as `/{owner}/{name}/{path}`; the 302 redirects there instead. */
  cdnUrl?: string;
  /** Determines all bytes. Default `modeldock`. */
  seed?: string;
  /** The repos it begins with. Default: `builtinRepos()`. */
  repos?: readonly RepoInput[];
  /** The tokens that it knows. Default: `builtinTokens`. */
  tokens?: readonly Token[];
  /** The faults that it begins with; none by default. */
  faults?: readonly HubFault[];
  /** Use HTTPS, with a certificate generated at start, or with this one. */
  tls?: boolean | Certificate;
  /**
   * Default: the limits of the real hub for anonymous callers. With `false` no client is refused, and each answer says
   * that nearly all requests are left.
   */
  rateLimits?: Partial<Limits> | false;
  /** Entries on one page of the tree. Default 1000. */
  treePageSize?: number;
  /** Whether small files are answered by a 307 to `/api/resolve-cache/` (default), or directly. */
  smallFiles?: 'redirect' | 'direct';
  /** The folder that keeps computed digests between runs; `false` for none. Default: in the user's cache folder. */
  digestCache?: string | false;
  /** The number of requests that the journal keeps. Default 10000. */
  journalLimit?: number;
  /** Its time, by which signatures end and bodies are paced. Default: the machine's. */
  clock?: HubClock;
}

/** A running hub. */
export interface Hub {
  /** The value for `HF_ENDPOINT`, without a slash at the end. */
  endpoint: string;
  /** The origin of the signed URLs; the other server's URL with `cdnUrl`. */
  cdn: string;
  faults: FaultList;
  journal: HubJournal;
  control: HubControl;
  /** The ids of the repos that it serves now. */
  repos(): string[];
  /** The certificate, PEM, for clients to trust; only with TLS. */
  certificate?: string;
  /** Resolves when the digests of all files are known; until then a tree with a large new file answers 503. */
  ready(): Promise<void>;
  /** Ends all connections, and resolves when everything is closed. */
  close(): Promise<void>;
}

/**
 * Starts a hub.
 * @throws InvalidInput for an invalid description of a repo or fault; CannotListenError if an address cannot be used
 */
export async function createHub(options: HubOptions = {}): Promise<Hub> {
  checkOptions('createHub', options, hubOptions);
  const { host = '127.0.0.1', seed = 'modeldock', clock: givenClock = createWallClock() } = options;
  const offset = { ms: 0 };
  const lineClock = patientClock(givenClock);
  const clock = patientClock(givenClock, () => offset.ms);
  const certificate = certificateFor(options, givenClock);
  const scheme = certificate === undefined ? 'http' : 'https';
  const repoStore = createRepoStore(
    seed,
    options.repos?.map((repo, index) => readRepo(repo, `repos[${index}]`)) ?? builtinRepos,
  );
  const faults = createFaultList();
  if (options.faults !== undefined) faults.add(options.faults);
  const initialFaults = structuredClone(options.faults ?? []);
  const journal = createJournal(options.journalLimit ?? 10_000);
  const access = createAccess(options.tokens ?? builtinTokens);
  const limits = createRateLimits({ ...realLimits, ...options.rateLimits }, options.rateLimits !== false, clock);
  const digests = createDigests(
    options.digestCache === false ? undefined : (options.digestCache ?? defaultDigestCache()),
  );
  const paces = new Map<string, Pace>();
  const servers: { hub?: Listening; cdn?: Listening } = {};

  const control = createHubControl({
    repoStore,
    access,
    offset,
    onFilesGone: () => digests.retain(largeFiles(repoStore)),
    resetRest: () => {
      limits.reset();
      journal.clear();
      faults.clear();
      if (initialFaults.length > 0) faults.add(initialFaults);
      paces.clear();
    },
  });
  const context: OriginContext = {
    ...{ repoStore, access, digests, limits, clock, signer: createSigner(seed) },
    treePageSize: options.treePageSize ?? 1000,
    smallFiles: options.smallFiles ?? 'redirect',
    cdnUrl: (call, repo, path, signed) =>
      options.cdnUrl === undefined
        ? reachable(servers.cdn!, call) + signed
        : `${options.cdnUrl.replace(/\/+$/, '')}/${repo}/${encodePath(path)}${signed.slice(signed.indexOf('?'))}`,
  };
  const sharedPace = (id: string, make: () => Pace): Pace => {
    const pace = paces.get(id) ?? make();
    paces.set(id, pace);
    return pace;
  };
  const station = (side: 'hub' | 'cdn'): Station => ({
    ...{ side, scheme, context, faults, journal, control, sharedPace, lineClock },
    connectionOf: ({ socket }) => ({
      connection: servers[side]!.numberOf(socket),
      connectionsOpen: servers[side]!.sockets(),
    }),
    origin: () => servers[side]!.origin,
  });

  const hubStation: Station = {
    ...station('hub'),
    operate: (call, body) => controlReply({ control, faults, journal, host }, call, body),
  };
  const cdnStation = station('cdn');
  servers.cdn = await listenForCdn(options, host, (cdnHost, cdnPort) =>
    listen((request, response) => void serveHub(cdnStation, request, response), cdnHost, cdnPort, certificate),
  );
  try {
    const port = options.port ?? 0;
    servers.hub = await listen(
      (request, response) => void serveHub(hubStation, request, response),
      host,
      port,
      certificate,
    );
  } catch (error) {
    await servers.cdn.close();
    throw error;
  }

  return {
    endpoint: usable(servers.hub.origin),
    cdn: options.cdnUrl ?? usable(servers.cdn.origin),
    ...{ faults, journal, control },
    repos: () => repoStore.list().map(({ description }) => description.id),
    ...(certificate && { certificate: certificate.certificate }),
    ready: async () => {
      const settled = largeFiles(repoStore).map((source) =>
        digests.sha256(source).catch((error: unknown) => {
          // A file that was replaced in the meantime is ignored.
          if (largeFiles(repoStore).some((other) => contentId(other) === contentId(source))) throw error;
        }),
      );
      await Promise.all(settled);
    },
    close: async () => {
      await Promise.all([servers.hub!.close(), servers.cdn!.close(), digests.close()]);
    },
  };
}

/** Lists the sources of all files with a sha256, in every commit. */
function largeFiles(repoStore: RepoStore): ContentSource[] {
  const files = repoStore.list().flatMap(({ commits }) => commits.flatMap((commit) => [...commit.files.values()]));
  return files.filter(({ storage }) => storage !== 'git').map(({ source }) => source);
}

async function listenForCdn(
  { cdnHost, cdnPort = 0 }: HubOptions,
  host: string,
  start: (host: string, port: number) => Promise<Listening>,
): Promise<Listening> {
  if (cdnHost !== undefined || !isLoopbackHost(host)) return start(cdnHost ?? host, cdnPort);
  try {
    return await start('127.0.0.2', cdnPort);
  } catch (error) {
    // macOS has 127.0.0.1 only. Clients that compare host names still see another host.
    if (!(error instanceof CannotListenError) || error.code !== 'EADDRNOTAVAIL') throw error;
    return start('localhost', cdnPort);
  }
}

/** Returns the CDN's origin for the client of this call: a client that used a name cannot use a wildcard address. */
function reachable(cdn: Listening, call: HubCall): string {
  const { hostname, protocol } = new URL(cdn.origin);
  if (!isWildcardAddress(hostname) || call.origin === undefined) return usable(cdn.origin);
  return `${protocol}//${new URL(call.origin).hostname}:${cdn.port}`;
}

function usable(origin: string): string {
  const { protocol, hostname, port } = new URL(origin);
  return callableOrigin(protocol.slice(0, -1), hostname, Number(port));
}

function certificateFor({ tls, host, cdnHost }: HubOptions, clock: HubClock): Certificate | undefined {
  if (typeof tls === 'object') return tls;
  if (!tls) return undefined;
  const names = ['localhost', '127.0.0.1', '127.0.0.2', '::1', 'huggingface.co', host, cdnHost];
  const hosts = names.filter((name) => name !== undefined && !isWildcardAddress(name)) as string[];
  return createCertificate([...new Set(hosts)], clock.now());
}

const hubOptions: OptionNames<HubOptions> = {
  host: true,
  port: true,
  cdnHost: true,
  cdnPort: true,
  cdnUrl: true,
  seed: true,
  repos: true,
  tokens: true,
  faults: true,
  tls: true,
  rateLimits: true,
  treePageSize: true,
  smallFiles: true,
  digestCache: true,
  journalLimit: true,
  clock: true,
};
