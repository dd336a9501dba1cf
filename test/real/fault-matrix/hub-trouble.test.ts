import { expect } from 'vitest';
import { runMatrix, type Row } from './row.js';

const slowLine = { effect: { type: 'slow-body', bytesPerSecond: 400_000, share: 'each' } } as const;

const rows: Row[] = [
  {
    fault: 'completes after 502 for the bytes, four times',
    faults: [{ when: { route: 'cdn' }, times: 4, effect: { type: 'server-error', status: 502 } }],
    outcome: 'completed',
    bounds: { resolvesPerFile: 1, servedTwice: 0 },
  },
  {
    fault: 'completes after 503 of the API and of the first resolve',
    faults: [
      { when: { route: ['info', 'tree'] }, times: 3, effect: { type: 'server-error', status: 503 } },
      { when: { route: 'resolve' }, times: 2, effect: { type: 'server-error', status: 500 } },
    ],
    outcome: 'completed',
    bounds: { servedTwice: 0 },
  },
  {
    fault: 'fails with hub_error on 500 for the bytes, always',
    faults: [{ when: { route: 'cdn' }, effect: { type: 'server-error' } }],
    outcome: { failed: 'hub_error' },
    bounds: { servedTimes: 0, downloadedBytes: 0 },
  },
  {
    fault: 'refuses to start with hub_unavailable on 500 of the API, always',
    faults: [{ when: { route: ['info', 'tree', 'paths-info'] }, effect: { type: 'server-error' } }],
    outcome: { refused: 'hub_unavailable' },
    bounds: { reads: 0 },
    engine: { limits: { startMs: 1000 } },
  },
  {
    fault: 'completes with the first commit when the branch moves',
    faults: [{ when: { route: 'resolve', nth: 1 }, effect: { type: 'move-branch' } }],
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
      { effect: { type: 'signature-lifetime', ms: 2000 } },
      { when: { route: 'resolve', nth: { from: 2 } }, effect: { type: 'drop-commit' } },
    ],
    outcome: { failed: 'revision_gone' },
    engine: { limits: { connectionsAtStart: 2, connectionsPerFile: 2, jobsAtOnce: 1 } },
  },
  {
    fault: 'needs no HEAD',
    faults: [{ effect: { type: 'no-head' } }],
    outcome: 'completed',
    bounds: { servedTwice: 0 },
  },
];

runMatrix(rows);
