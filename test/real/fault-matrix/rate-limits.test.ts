import { expect } from 'vitest';
import { runMatrix, type Row } from './row.js';
import type { World } from './world.js';

const slowLine = { effect: { type: 'slow-body', bytesPerSecond: 400_000, share: 'each' } } as const;

/** After the 429 the hub hears nothing of that kind until one second more than it asked for has passed. */
function keepsQuiet(routes: readonly string[], ms: number): (world: World) => void {
  return ({ hub }) => {
    const asked = hub.journal.entries().filter(({ route }) => routes.includes(route));
    const refused = asked.findIndex(({ status }) => status === 429);
    expect(refused).toBeGreaterThanOrEqual(0);
    expect(asked.length).toBeGreaterThan(refused + 1);
    expect(asked[refused + 1]!.at - asked[refused]!.at).toBeGreaterThanOrEqual(ms);
  };
}

/** What was asked for at the same moment is answered yet; after that there are half as many. */
function halvesConnections(atStart: number): (world: World) => void {
  return ({ reads }) => {
    const refused = reads().find(({ status }) => status === 429)!;
    const all = reads(refused.file);
    const again = all.findIndex(({ id, headers }) => id > refused.id && headers.range === refused.headers.range);
    const most = (entries: typeof all): number => Math.max(...entries.map(({ atOnce }) => atOnce));
    expect(again).toBeGreaterThan(0);
    expect(most(all.slice(0, again))).toBeGreaterThan(atStart / 2);
    expect(most(all.slice(again))).toBeLessThanOrEqual(atStart / 2);
  };
}

const rows: Row[] = [
  {
    fault: 'waits out a 429 with r=0;t=3 for where a file is',
    faults: [{ when: { route: 'resolve', nth: 1 }, effect: { type: 'rate-limit', retryAfterSeconds: 3 } }],
    outcome: 'completed',
    bounds: { resolvesPerFile: 2, servedTwice: 0 },
    shows: keepsQuiet(['resolve'], 3990),
  },
  {
    fault: 'waits out a 429 of the API that only has Retry-After',
    faults: [
      { when: { route: 'tree', nth: 1 }, effect: { type: 'rate-limit', headers: 'Retry-After', retryAfterSeconds: 1 } },
    ],
    outcome: 'completed',
    shows: keepsQuiet(['info', 'tree'], 990),
  },
  {
    fault: 'goes on with half the connections after a 429 without headers',
    faults: [slowLine, { when: { route: 'cdn', nth: 9 }, effect: { type: 'rate-limit', headers: false } }],
    outcome: 'completed',
    bounds: { resolvesPerFile: 1, servedTwice: 0 },
    engine: {
      limits: {
        connectionsAtStart: 8,
        longestRunBytes: 128 * 1024,
        shortestRunBytes: 128 * 1024,
        segmentBytes: 128 * 1024,
        // Nobody looks whether more would pay.
        doublingMs: 60_000,
        adjustingMs: 60_000,
      },
    },
    shows: halvesConnections(8),
  },
];

runMatrix(rows);
