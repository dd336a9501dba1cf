import { expect } from 'vitest';
import { runMatrix, type Row } from './row.js';
import type { World } from './world.js';

const slowLine = { do: { type: 'slow', bytesPerSecond: 400_000, share: 'each' } } as const;

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
    faults: [{ on: { route: 'resolve', nth: 1 }, do: { type: 'rate-limit', retryAfterSeconds: 3 } }],
    outcome: 'completed',
    bounds: { resolvesPerFile: 2, servedTwice: 0 },
    shows: keepsQuiet(['resolve'], 3990),
  },
  {
    fault: 'waits out a 429 of the API that only has Retry-After',
    faults: [
      { on: { route: 'tree', nth: 1 }, do: { type: 'rate-limit', headers: 'Retry-After', retryAfterSeconds: 1 } },
    ],
    outcome: 'completed',
    shows: keepsQuiet(['info', 'tree'], 990),
  },
  {
    fault: 'goes on with half the connections after a 429 without headers',
    faults: [slowLine, { on: { route: 'cdn', nth: 9 }, do: { type: 'rate-limit', headers: false } }],
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
  {
    fault: 'completes after 502 for the bytes, four times',
    faults: [{ on: { route: 'cdn' }, times: 4, do: { type: 'server-error', status: 502 } }],
    outcome: 'completed',
    bounds: { resolvesPerFile: 1, servedTwice: 0 },
  },
  {
    fault: 'completes after 503 of the API and of the first resolve',
    faults: [
      { on: { route: ['info', 'tree'] }, times: 3, do: { type: 'server-error', status: 503 } },
      { on: { route: 'resolve' }, times: 2, do: { type: 'server-error', status: 500 } },
    ],
    outcome: 'completed',
    bounds: { servedTwice: 0 },
  },
  {
    fault: 'fails with hub_error on 500 for the bytes, always',
    faults: [{ on: { route: 'cdn' }, do: { type: 'server-error' } }],
    outcome: { failed: 'hub_error' },
    bounds: { servedTimes: 0, downloadedBytes: 0 },
  },
  {
    fault: 'refuses to start with hub_unavailable on 500 of the API, always',
    faults: [{ on: { route: ['info', 'tree', 'paths-info'] }, do: { type: 'server-error' } }],
    outcome: { refused: 'hub_unavailable' },
    bounds: { reads: 0 },
    engine: { limits: { startMs: 1000 } },
  },
  {
    fault: 'completes with the first commit when the branch moves',
    faults: [{ on: { route: 'resolve', nth: 1 }, do: { type: 'move-branch' } }],
    outcome: 'completed',
    bounds: { servedTwice: 0 },
    shows: ({ hub, shape, commit }) => {
      const { branches } = hub.control.repos().find(({ id }) => id === shape.repo.id)!;
      expect(branches.main).not.toBe(commit);
    },
  },
  {
    fault: 'fails with revision_gone when the commit is gone',
    faults: [
      slowLine,
      { do: { type: 'signature-lifetime', ms: 2000 } },
      { on: { route: 'resolve', nth: { from: 2 } }, do: { type: 'drop-commit' } },
    ],
    outcome: { failed: 'revision_gone' },
    engine: { limits: { connectionsAtStart: 2, connectionsPerFile: 2, jobsAtOnce: 1 } },
  },
  {
    fault: 'needs no HEAD',
    faults: [{ do: { type: 'no-head' } }],
    outcome: 'completed',
    bounds: { servedTwice: 0 },
  },
];

runMatrix(rows);
