import { expect } from 'vitest';
import { runMatrix, type Row } from './row.js';

const slowLine = { do: { type: 'slow', bytesPerSecond: 400_000, share: 'each' } } as const;

const rows: Row[] = [
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
