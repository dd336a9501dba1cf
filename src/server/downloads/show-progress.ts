import { progressLine, progressLines, type ShownProgress, type Screen } from './progress-lines.js';
import { percentOf } from './amounts.js';
import { cellsOf } from './cells.js';

/** Shows the progress of a download to a user. */
export interface ProgressDisplay {
  /** How often to call it, in milliseconds. */
  readonly everyMs: number;
  show(progress: ShownProgress): void;
}

const REDRAW_MS = 125;
const LOOK_MS = 500;
const LINE_MS = 5000;
const LINE_PERCENT = 10;

/** Redraws in place on a terminal, which may be resized at any time; writes lines elsewhere. */
export function createProgressDisplay(
  screen: () => Screen | undefined,
  write: (text: string) => void,
): ProgressDisplay {
  return screen() === undefined ? createLines(write) : createRedrawing(screen, write);
}

function createRedrawing(screen: () => Screen | undefined, write: (text: string) => void): ProgressDisplay {
  let drawn: string[] = [];
  return {
    everyMs: REDRAW_MS,
    show: (progress) => {
      const size = screen() ?? { columns: 80, rows: 24, colour: false };
      const lines = progressLines(progress, size);
      const up = rowsOf(drawn, size.columns);
      write(`${up === 0 ? '' : `\r\u001b[${up}A`}\u001b[J${lines.map((line) => `${line}\n`).join('')}`);
      drawn = lines;
    },
  };
}

/** Counts the rows that earlier lines take now: a terminal that has become narrower wraps them. */
function rowsOf(lines: readonly string[], columns: number): number {
  return lines.reduce((rows, line) => rows + Math.max(1, Math.ceil(cellsOf(line) / columns)), 0);
}

/**
 * Writes one line per tenth, and one after a time without: a log must show that the download continues, but not fill
 * up.
 */
function createLines(write: (text: string) => void): ProgressDisplay {
  let last: { at: number; tenth: number } | undefined;
  return {
    everyMs: LOOK_MS,
    show: (progress) => {
      const { job, now } = progress;
      const tenth = Math.floor(percentOf(job.downloadedBytes, job.totalBytes) / LINE_PERCENT);
      if (tenth === last?.tenth && now - last.at < LINE_MS) return;
      last = { at: now, tenth };
      write(`${job.model}  ${progressLine(progress)}\n`);
    },
  };
}
