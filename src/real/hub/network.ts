import type { DownloaderLimits } from '../limits.js';
import type { RealClock } from '../real-clock.js';
import { createAgents, type AgentOptions, type Agents } from './agents.js';
import { createHubClient, type HubClient } from './hub-client.js';
import type { HubSettings } from './hub-settings.js';

/** The parts that make requests. */
export interface Network {
  readonly agents: Agents;
  readonly hub: HubClient;
  close(): Promise<void>;
}

export interface NetworkOptions extends Omit<AgentOptions, 'endpoint' | 'limits'> {
  settings: HubSettings;
  limits: DownloaderLimits;
  clock: RealClock;
}

/** Opens the network when it is first used: commands that make no requests must not fail because of its settings. */
export function networkOnDemand({ settings, limits, clock, ...options }: NetworkOptions): Network {
  let opened: { agents: Agents; hub: HubClient } | undefined;
  const open = (): { agents: Agents; hub: HubClient } => {
    if (opened !== undefined) return opened;
    const agents = createAgents({ ...options, endpoint: settings.endpoint, limits });
    opened = { agents, hub: createHubClient({ settings, agents, clock, limits }) };
    return opened;
  };
  return {
    get agents() {
      return open().agents;
    },
    get hub() {
      return open().hub;
    },
    close: async () => opened?.agents.close(),
  };
}
