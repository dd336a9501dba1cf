import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { createHub, type Hub, type HubOptions } from '../../../src/hub/index.js';
import { createAgents, type AgentOptions } from '../../../src/real/hub/agents.js';
import { createHubClient, type HubClient } from '../../../src/real/hub/hub-client.js';
import { readHubSettings, type HubSettings } from '../../../src/real/hub/hub-settings.js';
import { defaultLimits, type DownloaderLimits } from '../../../src/real/limits.js';
import { realClock, type RealClock } from '../../../src/real/real-clock.js';

/** A hub that ends with the test. */
export async function startHub(options: HubOptions = {}): Promise<Hub> {
  const hub = await createHub({ rateLimits: false, digestCache: false, ...options });
  onTestFinished(() => hub.close());
  await hub.ready();
  return hub;
}

/** A server for answers that no hub gives; it ends with the test. */
export function listening(server: Server): Promise<string> {
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  });
}

/** What a test may want otherwise. */
export interface ClientOptions {
  environment?: NodeJS.ProcessEnv;
  limits?: Partial<DownloaderLimits>;
  clock?: RealClock;
  agents?: Partial<AgentOptions>;
}

/** A client of the hub at `endpoint`, with nothing of this machine's environment. */
export function clientOf(endpoint: string, options: ClientOptions = {}): HubClient & { settings: HubSettings } {
  const environment = { HF_ENDPOINT: endpoint, HF_HOME: '/nowhere', ...options.environment };
  const settings = readHubSettings(environment);
  const limits = { ...defaultLimits, retryMs: 5, longestRetryMs: 20, errorAttempts: 4, ...options.limits };
  const agents = createAgents({ endpoint: settings.endpoint, limits, environment, ...options.agents });
  onTestFinished(() => agents.close());
  return { ...createHubClient({ settings, agents, clock: options.clock ?? realClock, limits }), settings };
}

/** A clock whose sleeps take no time. */
export function createLeapingClock(): RealClock & { slept: number[]; advance(ms: number): void } {
  let now = 0;
  const slept: number[] = [];
  return {
    slept,
    advance: (ms) => {
      now += ms;
    },
    now: () => now,
    monotonic: () => now,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      slept.push(ms);
      now += ms;
    },
  };
}

/** What rejects, as it was rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  try {
    await promise;
  } catch (error) {
    return error as Error & Record<string, unknown>;
  }
  throw new Error('It was expected to reject, and did not.');
}

/** Nobody calls: a signal that is never aborted. */
export function patience(): AbortSignal {
  return new AbortController().signal;
}
