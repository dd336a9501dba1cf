import { expect } from 'vitest';
import { runMatrix, type Row } from './row.js';
import type { World } from './world.js';

const AT = 700_001;
const SHORT = 100_000;
/** Far longer than the machine takes for anything, so that only the hub is silent for so long. */
const SILENCE_MS = 1000;

/** Where a request for bytes begins. */
const startOf = ({ headers }: { headers: Record<string, string> }): number =>
  Number(/^bytes=(\d+)-/.exec(headers.range ?? '')?.[1]);

/** Somebody asked for what was missing from its first byte on. `lost`: what may have been sent, but never arrived. */
function goesOnAtTheMark(lost = 0): (world: World) => void {
  return ({ reads }) => {
    const broken = reads().find(({ faults }) => faults.length > 0)!;
    const mark = broken.served!.end;
    const starts = reads(broken.file)
      .filter(({ id }) => id > broken.id)
      .map(startOf);
    expect(starts.filter((start) => start <= mark && start >= mark - lost).length).toBeGreaterThan(0);
  };
}

const rows: Row[] = [
  {
    fault: 'goes on at the mark after a reset',
    faults: [{ times: 1, effect: { type: 'reset', atByte: AT } }],
    onLargest: true,
    outcome: 'completed',
    bounds: { resolvesPerFile: 1, servedTwice: 256 * 1024 },
    shows: goesOnAtTheMark(256 * 1024),
  },
  {
    fault: 'goes on at the mark after silence',
    faults: [{ times: 1, effect: { type: 'stall', atByte: AT } }],
    onLargest: true,
    engine: { limits: { silenceMs: SILENCE_MS } },
    outcome: 'completed',
    bounds: { resolvesPerFile: 1, servedTwice: 0 },
    shows: goesOnAtTheMark(),
  },
  {
    fault: 'asks again where nothing was answered',
    faults: [{ times: 2, when: { route: 'cdn' }, effect: { type: 'stall' } }],
    engine: { limits: { silenceMs: SILENCE_MS } },
    outcome: 'completed',
    bounds: { servedTwice: 0 },
  },
  {
    fault: 'goes on at the mark after a truncated body',
    faults: [{ times: 1, effect: { type: 'truncated', atByte: AT } }],
    onLargest: true,
    outcome: 'completed',
    bounds: { resolvesPerFile: 1, servedTwice: 0 },
    shows: goesOnAtTheMark(),
  },
  {
    fault: 'keeps a 206 that is shorter than asked, and asks for the rest',
    faults: [{ effect: { type: 'short-range', bytes: SHORT } }],
    outcome: 'completed',
    bounds: { resolvesPerFile: 1, servedTwice: 0 },
  },
  {
    fault: 'needs no Content-Length',
    faults: [{ effect: { type: 'no-content-length' } }],
    outcome: 'completed',
    bounds: { servedTwice: 0 },
  },
  {
    fault: 'takes the end of the connection for the end of a body',
    faults: [{ effect: { type: 'no-content-length', end: 'close' } }],
    outcome: 'completed',
    bounds: { servedTwice: 0 },
  },
];

runMatrix(rows);
