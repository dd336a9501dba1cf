import { describe, expect, it } from 'vitest';
import type { DownloadDetails, DownloadPhase, FileProgress } from '../../../src/core/downloader.js';
import type { JobSnapshot } from '../../../src/core/job.js';
import { describeBytes } from '../../../src/core/byte-amounts.js';
import { describeDuration, percentOf } from '../../../src/server/downloads/amounts.js';
import {
  progressLine,
  progressLines,
  type ShownProgress,
  type Screen,
} from '../../../src/server/downloads/progress-lines.js';
import { createProgressDisplay } from '../../../src/server/downloads/show-progress.js';

const NOW = Date.parse('2025-10-03T15:33:23.496Z');
const GB = 1_000_000_000;
const wide: Screen = { columns: 100, rows: 24, colour: false };

function job(changes: Partial<JobSnapshot> = {}): JobSnapshot {
  return {
    ...{ id: 'job_a', model: 'me/model-gguf@q4_k_m', totalBytes: 2 * GB, downloadedBytes: GB, startedAt: NOW },
    ...{ state: 'downloading', bytesPerSecond: 40_000_000, estimatedCompletion: NOW + 25_000 },
    ...changes,
  } as JobSnapshot;
}

function details(files: readonly FileProgress[], phase: DownloadPhase = 'transferring'): DownloadDetails {
  return { repo: 'me/model-GGUF', commit: '0'.repeat(40), files, connections: 4, phase };
}

const file = (path: string, share: number, hashed = share): FileProgress => ({
  ...{ path, sizeBytes: GB, downloadedBytes: share * GB, hashedBytes: hashed * GB },
});

const one: ShownProgress = {
  job: job(),
  details: details([{ ...file('model-Q4_K_M.gguf', 1), sizeBytes: 2 * GB }]),
  now: NOW,
};
const two: ShownProgress = {
  job: job(),
  details: details([file('mmproj-F16.gguf', 1, 0.25), file('model-Q4_K_M.gguf', 0.5)]),
  now: NOW,
};

describe('the progress of a download', () => {
  it('is one line for one file', () => {
    expect(progressLines(one, wide)).toEqual([
      'model-Q4_K_M.gguf  ███████████████░░░░░░░░░░░░░░░   50 %  1.0 GB of 2.0 GB  40.0 MB/s  25 s left',
    ]);
  });

  it('is a line for each of several files, and one in total, with bars below each other', () => {
    expect(progressLines(two, { ...wide, columns: 80 })).toEqual([
      'mmproj-F16.gguf    ████████████  100 %  verifying 25 %',
      'model-Q4_K_M.gguf  ██████░░░░░░   50 %  500 MB of 1.0 GB',
      'total              ██████░░░░░░   50 %  1.0 GB of 2.0 GB  40.0 MB/s  25 s left',
    ]);
  });

  it('says why nothing moves', () => {
    const still = { ...job(), bytesPerSecond: 0 } as JobSnapshot & { estimatedCompletion?: number };
    delete still.estimatedCompletion;
    for (const [phase, text] of [
      ['queued', 'waiting for other downloads'],
      ['connecting', 'connecting'],
      ['waiting-rate-limit', 'waiting: the hub limits requests'],
      ['offline', 'no connection; resumes by itself'],
      ['verifying', 'verifying'],
      ['publishing', 'moving into place'],
    ] as const) {
      const progress = { job: still, details: details([], phase), now: NOW };
      expect(progressLines(progress, wide).at(-1)).toMatch(new RegExp(`2\\.0 GB {2}${text}$`));
      expect(progressLine(progress)).toBe(`50 %  1.0 GB of 2.0 GB  ${text}`);
    }
  });

  it.each([20, 30, 40, 60, 80, 120, 200])('never fills a screen of %i columns: a full line would wrap', (columns) => {
    for (const progress of [one, two]) {
      for (const line of progressLines(progress, { ...wide, columns })) expect(line.length).toBeLessThan(columns);
    }
    expect(progressLines(one, { ...wide, columns }).at(-1)).toContain('50 %');
  });

  it('never fills more rows than there are, and tells of the other files by their number', () => {
    const files = [
      ...Array.from({ length: 20 }, (_, index) => file(`part-${index}.safetensors`, 1)),
      file('part-20.safetensors', 0.25),
      ...Array.from({ length: 20 }, (_, index) => file(`part-${21 + index}.safetensors`, 0)),
    ];
    const lines = progressLines({ job: job(), details: details(files), now: NOW }, { ...wide, rows: 6 });
    expect(lines.length).toBeLessThan(6);
    expect(lines[0]).toContain('part-20.safetensors');
    expect(lines[1]).toBe('20 of 41 files are complete');
  });

  it('has colours where they are wanted, which take no room', () => {
    const [plain] = progressLines(one, wide) as [string];
    const [coloured] = progressLines(one, { ...wide, colour: true }) as [string];
    expect(coloured).not.toBe(plain);
    expect(shown(coloured).replace(/<\d+m/g, '')).toBe(plain);
  });

  it('is a line of a log elsewhere', () => {
    expect(progressLine(one)).toBe('50 %  1.0 GB of 2.0 GB  40.0 MB/s  25 s left');
  });
});

/** With `<` for what begins an order to the terminal. */
function shown(text: string | undefined): string {
  return (text ?? '').replaceAll('\u001b[', '<');
}

describe('a display on a terminal', () => {
  it('draws over what it has drawn, also after the terminal has become narrower', () => {
    const written: string[] = [];
    let screen = wide;
    const display = createProgressDisplay(
      () => screen,
      (text) => written.push(text),
    );
    display.show(two);
    display.show(two);
    screen = { ...wide, columns: 50 };
    display.show(two);
    expect(shown(written[0])).toMatch(/^<J/);
    expect(shown(written[1])).toMatch(/^\r<3A<J/);
    // Each of the three lines takes two rows now.
    expect(shown(written[2])).toMatch(/^\r<[56]A<J/);
  });
});

describe('a display in a log', () => {
  it('writes a line for each tenth, and one after a while without', () => {
    const written: string[] = [];
    const display = createProgressDisplay(
      () => undefined,
      (text) => written.push(text),
    );
    const at = (percent: number, seconds: number): void =>
      display.show({
        job: job({ downloadedBytes: (percent / 100) * 2 * GB }),
        details: undefined,
        now: NOW + seconds * 1000,
      });
    at(0, 0);
    at(1, 1);
    at(9, 2);
    at(10, 3);
    at(19, 4);
    at(19, 8);
    at(19, 9);
    at(35, 10);
    expect(written.map((line) => /(\d+) %/.exec(line)![1])).toEqual(['0', '10', '19', '35']);
    expect(written.join('')).not.toContain('\u001b');
    expect(written.every((line) => line.startsWith('me/model-gguf@q4_k_m  ') && line.endsWith('\n'))).toBe(true);
  });
});

describe('an amount', () => {
  it.each([
    [0, '0 B'],
    [948, '948 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [99_949, '99.9 kB'],
    [99_951, '100 kB'],
    [999_499, '999 kB'],
    [999_500, '1.0 MB'],
    [2_279_145_003, '2.3 GB'],
    [5_000_000_000_000_000, '5.0 PB'],
  ])('of %i bytes is %s', (bytes, text) => {
    expect(describeBytes(bytes)).toBe(text);
  });

  it.each([
    [-5, '0 s'],
    [26_600, '27 s'],
    [59_600, '1 min 0 s'],
    [245_000, '4 min 5 s'],
    [11_520_000, '3 h 12 min'],
    [187_200_000, '2 d 4 h'],
  ])('of %i ms is %s', (ms, text) => {
    expect(describeDuration(ms)).toBe(text);
  });

  it('is 100 % when all is there, and not before', () => {
    expect([percentOf(0, 10), percentOf(999, 1000), percentOf(1000, 1000), percentOf(0, 0)]).toEqual([0, 99, 100, 100]);
  });
});
