import { createHash } from 'node:crypto';
import { request, type Dispatcher } from 'undici';
import { createHub, type Hub, type HubOptions, type HubJournalEntry } from '../../../src/hub/index.js';
import { createAgents } from '../../../src/real/hub/agents.js';
import { createRangeSource } from '../../../src/real/hub/range-source.js';
import { shareLocation } from '../../../src/real/hub/shared-location.js';
import { defaultLimits, type DownloaderLimits } from '../../../src/real/limits.js';
import type { RealClock } from '../../../src/real/real-clock.js';
import type { Bandwidth } from '../../../src/real/transfer/bandwidth.js';
import type { ByteSource } from '../../../src/real/transfer/byte-source.js';
import { createConnectionSlots, type ConnectionSlots } from '../../../src/real/transfer/connection-slots.js';
import { transfer, type TransferCounters, type TransferPhase } from '../../../src/real/transfer/transfer.js';
import { createMemorySink, type MemorySink, type MemorySinkOptions } from './memory-sink.js';
import { createTurnClock } from './turn-clock.js';

export const KiB = 1024;
export const MiB = 1024 * KiB;
export const GiB = 1024 * MiB;
const REPO = 'modeldock/cargo-GGUF';
const COMMIT = 'main';

/**
 * Sets everything in hundredths of a second, and a file of some megabytes is a large one. No connection is given up as
 * silent or slow within these tests, except where a test sets that limit: it then counts turns of the stage's clock.
 */
export const quickLimits: DownloaderLimits = {
  ...defaultLimits,
  segmentBytes: 256 * KiB,
  shortestRunBytes: 256 * KiB,
  longestRunBytes: 4 * MiB,
  aheadBytes: 4 * MiB,
  doublingMs: 20,
  adjustingMs: 100,
  slowMs: 60_000,
  silenceMs: 60_000,
  retryMs: 10,
  longestRetryMs: 100,
  unreachableMs: 1500,
  errorsMs: 100,
  errorAttempts: 5,
  violationAttempts: 4,
};

export interface Stage {
  hub: Hub;
  /** The clock of the hub and of what is fetched from it. */
  clock: RealClock;
  size: number;
  /** The file as it should be. */
  content: Buffer;
  sha256: string;
  agent: Dispatcher;
  source(limits?: DownloaderLimits): ByteSource & { locates(): number };
  /** Requests for bytes at the CDN. */
  reads(): HubJournalEntry[];
  close(): Promise<void>;
}

/** A hub with one file that lies at its CDN. */
export async function createStage(size: number, options: HubOptions = {}): Promise<Stage> {
  const path = 'cargo-Q4_K_M.gguf';
  const clock = createTurnClock();
  const hub = await createHub({
    clock,
    rateLimits: false,
    digestCache: false,
    repos: [{ id: REPO, files: [{ path, size, head: 'none', storage: 'lfs' }] }],
    ...options,
  });
  await hub.ready();
  const agents = createAgents({ endpoint: hub.endpoint, limits: defaultLimits, environment: {} });
  const agent = agents.cdn;
  const resolveUrl = `${hub.endpoint}/${REPO}/resolve/${COMMIT}/${path}`;
  const locate = async (): Promise<string> => {
    const { headers, body } = await request(resolveUrl, { dispatcher: agent });
    await body.dump();
    return headers.location as string;
  };
  const { body } = await request(await locate(), { dispatcher: agent });
  const content = Buffer.from(await body.arrayBuffer());
  hub.journal.clear();

  return {
    hub,
    clock,
    size,
    content,
    sha256: createHash('sha256').update(content).digest('hex'),
    agent,
    source() {
      let locates = 0;
      const location = shareLocation({
        locate: async () => {
          locates++;
          return { url: await locate(), headers: {}, expiresAt: Infinity, renewAt: Infinity };
        },
        clock,
        signal: new AbortController().signal,
        path,
      });
      const source = createRangeSource({
        location,
        file: { path, size },
        agent,
        host: new URL(hub.cdn).host,
        endpoint: hub.endpoint,
      });
      return Object.assign(source, { locates: () => locates });
    },
    reads: () => hub.journal.entries().filter(({ route }) => route === 'cdn'),
    async close() {
      await agents.close();
      await hub.close();
    },
  };
}

export interface Fetching {
  sink: MemorySink;
  counters: TransferCounters;
  phases: TransferPhase[];
  done: Promise<void>;
}

export interface FetchOptions {
  limits?: Partial<DownloaderLimits>;
  sink?: Partial<MemorySinkOptions>;
  into?: MemorySink;
  source?: ByteSource;
  bandwidth?: Bandwidth[];
  slots?: ConnectionSlots;
  signal?: AbortSignal;
  clock?: RealClock;
}

/** Of a transfer that has not begun. */
export function createTransferCounters(): TransferCounters {
  return { bytes: 0, retries: 0, stalls: 0, connections: 0 };
}

/** Fetches the stage's file into memory. */
export function fetchInto(stage: Stage, options: FetchOptions = {}): Fetching {
  const limits = { ...quickLimits, ...options.limits };
  const { size, content } = stage;
  const sink = options.into ?? createMemorySink({ size, segmentBytes: limits.segmentBytes, content, ...options.sink });
  const counters = createTransferCounters();
  const phases: TransferPhase[] = [];
  const done = transfer(options.source ?? stage.source(), sink, {
    limits,
    clock: options.clock ?? stage.clock,
    slots: options.slots ?? createConnectionSlots(limits),
    bandwidth: options.bandwidth ?? [],
    signal: options.signal ?? new AbortController().signal,
    counters,
    onPhase: (phase) => phases.push(phase),
    random: () => 0.5,
    busy: () => 0,
  });
  done.catch(() => undefined);
  return { sink, counters, phases, done };
}
