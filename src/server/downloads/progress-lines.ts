import type { DownloadDetails, DownloadPhase, FileProgress } from '../../core/downloader.js';
import type { JobSnapshot } from '../../core/job.js';
import { describeBytes } from '../../core/byte-amounts.js';
import { describeDuration, percentOf } from './amounts.js';
import { beginningOf, cellsOf, endOf, padCells } from './cells.js';
import { printable } from './printable.js';

/** The progress of a download at one moment. */
export interface ShownProgress {
  job: JobSnapshot;
  details: DownloadDetails | undefined;
  /** Milliseconds on a clock that never goes back. */
  now: number;
}

/** The size and abilities of the terminal. */
export interface Screen {
  columns: number;
  rows: number;
  colour: boolean;
}

const PHASES: Record<DownloadPhase, string> = {
  queued: 'waiting for other downloads',
  connecting: 'connecting',
  transferring: '',
  'waiting-rate-limit': 'waiting: the hub limits requests',
  offline: 'no connection; resumes by itself',
  verifying: 'verifying',
  publishing: 'moving into place',
};

const NARROWEST_BAR = 8;
const WIDEST_BAR = 30;
const NARROWEST_LABEL = 5;
const WIDEST_LABEL = 40;
const GAP = '  ';
/** The usual width of the text after a bar: with a fixed width the bars do not jump. */
const USUAL_END = 46;
/** One row for the total, one for the cursor. */
const OTHER_ROWS = 2;

interface Row {
  label: string;
  part: number;
  whole: number;
  rest: readonly string[];
}

/** Draws a bar for each file, and one in total. Each line is narrower than the screen, so that none wraps. */
export function progressLines(progress: ShownProgress, screen: Screen): string[] {
  const files = progress.details?.files ?? [];
  const room = Math.max(1, screen.rows - OTHER_ROWS);
  if (files.length < 2) return draw([totalRow(progress)], screen);
  if (files.length <= room) return draw([...files.map(fileRow), totalRow(progress)], screen);
  // Only files in progress get a bar; finished and waiting ones are counted.
  const moving = files.filter((file) => file.downloadedBytes > 0 && !isDone(file)).slice(0, room - 1);
  const lines = draw([...moving.map(fileRow), totalRow(progress)], screen);
  const done = fit(`${files.filter(isDone).length} of ${files.length} files are complete`, screen.columns);
  return [...lines.slice(0, -1), done, lines.at(-1)!];
}

/** Formats one line without a bar, for logs. */
export function progressLine({ job, details }: ShownProgress): string {
  const percent = `${percentOf(job.downloadedBytes, job.totalBytes)} %`;
  return [percent, amount(job.downloadedBytes, job.totalBytes), ...motion({ job, details })].join('  ');
}

function isDone({ sizeBytes, downloadedBytes, hashedBytes }: FileProgress): boolean {
  return downloadedBytes >= sizeBytes && hashedBytes >= sizeBytes;
}

function fileRow({ path, sizeBytes, downloadedBytes, hashedBytes }: FileProgress): Row {
  const checking = downloadedBytes >= sizeBytes && hashedBytes < sizeBytes;
  const rest = checking ? `verifying ${percentOf(hashedBytes, sizeBytes)} %` : amount(downloadedBytes, sizeBytes);
  return { label: printable(path), part: downloadedBytes, whole: sizeBytes, rest: [rest] };
}

function totalRow({ job, details }: ShownProgress): Row {
  const label = (details?.files.length ?? 0) < 2 ? (details?.files[0]?.path ?? job.model) : 'total';
  const rest = [amount(job.downloadedBytes, job.totalBytes), ...motion({ job, details })];
  return { label: printable(label), part: job.downloadedBytes, whole: job.totalBytes, rest };
}

/** Describes speed and time left, or why nothing moves. */
function motion({ job, details }: Pick<ShownProgress, 'job' | 'details'>): string[] {
  if (job.state !== 'downloading') return [job.state];
  const phase = details?.phase === undefined ? '' : PHASES[details.phase];
  const speed = job.bytesPerSecond > 0 ? [`${describeBytes(job.bytesPerSecond)}/s`] : [];
  // The estimated date is not used: this machine's date may be set while the download runs.
  const leftMs = ((job.totalBytes - job.downloadedBytes) / job.bytesPerSecond) * 1000;
  const left = Number.isFinite(leftMs) ? [`${describeDuration(leftMs)} left`] : [];
  return [...speed, ...left, ...(phase === '' ? [] : [phase])];
}

function amount(part: number, whole: number): string {
  return part >= whole ? describeBytes(whole) : `${describeBytes(part)} of ${describeBytes(whole)}`;
}

/**
 * Draws `label ██████░░░░ 43 % rest`, with all bars of one width. When the screen is narrow, the bars shrink first,
 * then the labels.
 */
function draw(rows: readonly Row[], screen: Screen): string[] {
  const ends = rows.map(({ part, whole, rest }) => [`${percentOf(part, whole)} %`.padStart(5), ...rest].join('  '));
  // A line as wide as the screen would move the cursor to the next one.
  const longest = Math.max(screen.columns < 80 ? 0 : USUAL_END, ...ends.map(cellsOf));
  const room = screen.columns - 1 - longest - 2 * GAP.length;
  const labels = Math.min(Math.max(...rows.map(({ label }) => cellsOf(label))), WIDEST_LABEL, room - NARROWEST_BAR);
  if (labels < NARROWEST_LABEL) return ends.map((end) => fit(end.trimStart(), screen.columns));
  const width = Math.min(WIDEST_BAR, room - labels);
  return rows.map(({ label, part, whole }, index) =>
    [padCells(shorten(label, labels), labels), bar(part, whole, width, screen), ends[index]!].join(GAP),
  );
}

function bar(part: number, whole: number, width: number, screen: Screen): string {
  const filled = whole === 0 ? width : Math.floor((part / whole) * width);
  return `${paint('█'.repeat(filled), 32, screen)}${paint('░'.repeat(width - filled), 2, screen)}`;
}

/** Cuts the beginning of a path: its end is more telling. */
function shorten(text: string, room: number): string {
  return cellsOf(text) <= room ? text : room < 2 ? '' : `…${endOf(text, room - 1)}`;
}

function fit(text: string, columns: number): string {
  return cellsOf(text) < columns ? text : beginningOf(text, columns - 1);
}

function paint(text: string, code: number, { colour }: Screen): string {
  return colour && text !== '' ? `\u001b[${code}m${text}\u001b[0m` : text;
}
