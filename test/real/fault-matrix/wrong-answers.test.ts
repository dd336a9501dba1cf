import { expect } from 'vitest';
import { matrixLimits } from './limits.js';
import { runMatrix, type Row } from './row.js';
import type { World } from './world.js';

const AT = 700_001;

/** Whoever asked at the same moment was answered likewise, and left; after that there is one. */
function oneStream({ shape, reads }: World): void {
  for (const path of Object.keys(shape.sizes)) {
    expect(reads(path).length).toBeLessThanOrEqual(matrixLimits.connectionsAtStart);
    expect(reads(path).filter(({ status }) => status === 200).length).toBe(reads(path).length);
  }
}

const rows: Row[] = [
  {
    fault: 'completes after one wrong Content-Range',
    faults: [{ times: 1, effect: { type: 'wrong-content-range', shift: 16 } }],
    outcome: 'completed',
    bounds: { servedTimes: 2 },
  },
  {
    fault: 'fails with bad_range when every Content-Range is moved',
    faults: [{ effect: { type: 'wrong-content-range', shift: 16 } }],
    outcome: { failed: 'bad_range' },
    bounds: { downloadedBytes: 0 },
  },
  {
    fault: 'fails with bad_range when every Content-Range is of another file',
    faults: [{ effect: { type: 'wrong-content-range', total: 999_999_999 } }],
    outcome: { failed: 'bad_range' },
    bounds: { downloadedBytes: 0 },
  },
  {
    fault: 'takes one stream from a server that has no ranges',
    faults: [{ effect: { type: 'ignore-range' } }],
    outcome: 'completed',
    bounds: { resolvesPerFile: 1 },
    shows: oneStream,
  },
  {
    fault: 'fails with not_the_file when a web page comes instead',
    faults: [{ effect: { type: 'ignore-range', body: 'html' } }],
    outcome: { failed: 'not_the_file' },
    bounds: { downloadedBytes: 0 },
  },
  {
    fault: 'fails with not_the_file when 200 has another length',
    faults: [{ effect: { type: 'ignore-range', body: 'part' } }],
    outcome: { failed: 'not_the_file' },
    bounds: { downloadedBytes: 0 },
  },
  {
    fault: 'completes after a bit that was flipped once',
    faults: [{ times: 1, effect: { type: 'flip-bit', atByte: AT } }],
    onLargest: true,
    outcome: 'completed',
    bounds: { servedTimes: 2 },
  },
  {
    fault: 'fails with checksum_mismatch on a bit that is always flipped',
    faults: [{ effect: { type: 'flip-bit', atByte: AT } }],
    onLargest: true,
    outcome: { failed: 'checksum_mismatch' },
    bounds: { servedTimes: 2 },
  },
  {
    fault: 'completes after one answer in gzip',
    faults: [{ times: 1, when: { route: 'cdn' }, effect: { type: 'gzip' } }],
    outcome: 'completed',
    bounds: { servedTimes: 2 },
  },
  {
    fault: 'fails with encoded_body when all answers are in gzip',
    faults: [{ when: { route: 'cdn' }, effect: { type: 'gzip' } }],
    outcome: { failed: 'encoded_body' },
    bounds: { downloadedBytes: 0 },
  },
];

runMatrix(rows);
