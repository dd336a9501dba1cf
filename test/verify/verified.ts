import type { Api } from '../../src/api/api.js';
import { createDock, type SimulatedDockOptions } from '../../src/index.js';
import { serve } from '../../src/server/index.js';
import { exchangeOverHttp } from '../../src/verify/http-exchange.js';
import type { Exchange } from '../../src/verify/exchange.js';
import type { LifeOptions } from '../../src/verify/life.js';
import type { RowResult } from '../../src/verify/report.js';
import { tryDownload } from '../../src/verify/try-download.js';
import type { ProfileName } from '../../src/contract/profiles.js';
import { verify, type Verified, type VerifyOptions } from '../../src/verify/verify.js';

export interface Trial extends Pick<VerifyOptions, 'profile' | 'token'> {
  /** Downloads this model. */
  download?: string | undefined;
  /** Moves the time of a download between two polls. */
  pass?: () => Promise<unknown>;
}

/** Serves an api over HTTP, and verifies it. */
export async function verifyApi(api: Api, { download, pass, ...options }: Trial = {}): Promise<Verified> {
  return overHttp(api, (exchange) =>
    verify({ exchange, ...(download !== undefined && { download: watched(download, pass) }), ...options }),
  );
}

/** The rows that a download decides, tried with a simulated dock that is changed by `wrap`. */
export async function downloadFromDock(profile: ProfileName, wrap: (api: Api) => Api): Promise<RowResult[]> {
  const dock = createDock({ speed: 0 });
  const download = watched('simulate/steady', () => dock.clock.advance(2000));
  return overHttp(wrap(dock.api), (exchange) => tryDownload({ exchange, profile, download }));
}

async function overHttp<Value>(api: Api, use: (exchange: Exchange) => Promise<Value>): Promise<Value> {
  const serving = await serve({ api, port: 0, host: '127.0.0.1' });
  try {
    return await use(exchangeOverHttp(serving.url));
  } finally {
    await serving.close();
  }
}

function watched(model: string, pass: Trial['pass']): LifeOptions {
  return {
    model,
    pollMs: 1000,
    patienceMs: 120_000,
    signal: new AbortController().signal,
    sleep: async () => {
      await pass?.();
    },
  };
}

/** Verifies a simulated dock, changed by `wrap`, with a download of twelve seconds. */
export async function verifyDock(
  options: SimulatedDockOptions = {},
  trial: Trial = {},
  wrap: (api: Api) => Api = (api) => api,
): Promise<Verified> {
  const dock = createDock({ speed: 0, ...options });
  return verifyApi(wrap(dock.api), { download: 'simulate/steady', pass: () => dock.clock.advance(1000), ...trial });
}

/** The ids of the rows that differ, in their order. */
export function differing({ rows }: Pick<Verified, 'rows'>): string[] {
  return rows.filter(({ outcome }) => outcome === 'differs').map(({ id }) => id);
}

/** The ids of the rows that were not tried, with the reasons. */
export function untriedIn({ rows }: Verified): Record<string, string | undefined> {
  return Object.fromEntries(
    rows.filter(({ outcome }) => outcome === 'not-tried').map(({ id, reason }) => [id, reason]),
  );
}
