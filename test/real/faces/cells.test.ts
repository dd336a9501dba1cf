import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import stringWidth from 'string-width';
import { beginningOf, cellsOf, endOf, padCells } from '../../../src/server/downloads/cells.js';
import { progressLines } from '../../../src/server/downloads/progress-lines.js';
import type { DownloadDetails, FileProgress } from '../../../src/core/downloader.js';
import type { JobSnapshot } from '../../../src/core/job.js';

const FAMILY = '👩‍👩‍👧‍👦';

describe('a text on a terminal', () => {
  it.each([
    ['abc', 3],
    ['模型', 4],
    ['🦙', 2],
    [FAMILY, 2],
    ['e\u0301', 1],
    ['\u001b[32mok\u001b[0m', 2],
  ])('%j takes %i cells', (text, cells) => {
    expect(cellsOf(text)).toBe(cells);
    expect(cellsOf(padCells(text, 6))).toBe(6);
  });

  it('is cut between characters, never within one', () => {
    expect(beginningOf(`a${FAMILY}b`, 2)).toBe('a');
    expect(endOf(`a${FAMILY}b`, 3)).toBe(`${FAMILY}b`);
    expect(endOf('模型e\u0301', 2)).toBe('e\u0301');
  });
});

describe('the lines of a download', () => {
  const names = fc.string({
    unit: fc.constantFrom('a', '模', '型', '🦙', FAMILY, 'e\u0301', '한', 'ｶ', '🇩🇪', '-', '\u001b'),
    minLength: 1,
    maxLength: 60,
  });

  test.prop([fc.array(names, { minLength: 1, maxLength: 4 }), fc.integer({ min: 1, max: 120 })], {
    seed: 20251130,
    numRuns: 500,
  })('are narrower than the screen, with bars below each other, whatever the names', (paths, columns) => {
    const files = paths.map((path) => ({
      path,
      sizeBytes: 100,
      downloadedBytes: 50,
      hashedBytes: 0,
    })) as FileProgress[];
    const job = {
      state: 'downloading',
      model: paths[0]!,
      downloadedBytes: 50,
      totalBytes: 100,
      bytesPerSecond: 1,
    } as JobSnapshot;
    const details = { files } as unknown as DownloadDetails;
    const lines = progressLines({ job, details, now: 0 }, { columns, rows: 20, colour: false });
    for (const line of lines) expect(stringWidth(line)).toBeLessThan(Math.max(2, columns));
    const bars = lines
      .filter((line) => /[█░]/.test(line))
      .map((line) => stringWidth(line.slice(0, line.search(/[█░]/))));
    expect(new Set(bars).size).toBeLessThanOrEqual(1);
    expect(lines.join('')).not.toContain('\u001b');
  });
});
