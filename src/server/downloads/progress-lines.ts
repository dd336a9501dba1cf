import type { DownloadDetails, DownloadPhase, FileProgress } from '../../core/downloader.js';
import type { JobSnapshot } from '../../core/job.js';
import { describeBytes, describeDuration, percentOf } from './amounts.js';

/** A download at one moment. */
export interface Progress {
  job: JobSnapshot;
  details: DownloadDetails | undefined;
  /** Milliseconds since the epoch. */
  now: number;
}

/** What the lines have to fit into. */
export interface Screen {
  columns: number;
  rows: number;
  colour: boolean;
}

const PHASES: Record<DownloadPhase, string> = {
  queued: 'waits for other downloads',
  connecting: 'connecting',
  transferring: '',
  'waiting-rate-limit': 'the hub asked for patience',
  offline: 'nothing answers; goes on by itself',
  verifying: 'verifying',
  publishing: 'moving into place',
};

const NARROWEST_BAR = 8;
const WIDEST_BAR = 30;
/** One is for the total, one for the cursor. */
const OTHER_ROWS = 2;

/** A bar for each file, and one in total; each line is narrower than the screen, so that none wraps. */
export function progressLines(progress: Progress, screen: Screen): string[] {
  const files = progress.details?.files ?? [];
  const shown = files.length < 2 ? [] : fileLines(files, screen);
  return [...shown, totalLine(progress, screen)];
}

/** One line without a bar, for logs. */
export function progressLine({ job, details, now }: Progress): string {
  const percent = `${percentOf(job.downloadedBytes, job.totalBytes)} %`;
  return [percent, amount(job.downloadedBytes, job.totalBytes), ...motion({ job, details, now })].join('  ');
}

function fileLines(files: readonly FileProgress[], screen: Screen): string[] {
  const room = Math.max(1, screen.rows - OTHER_ROWS);
  if (files.length <= room) return files.map((file) => fileLine(file, screen));
  // Those that move are worth the room; what is done, and what has not begun, is told as a number.
  const begun = files.filter((file) => file.downloadedBytes > 0 && !isDone(file)).slice(0, room - 1);
  const done = files.filter(isDone).length;
  return [
    ...begun.map((file) => fileLine(file, screen)),
    fit(`${done} of ${files.length} files are complete`, screen.columns),
  ];
}

function isDone({ sizeBytes, downloadedBytes, hashedBytes }: FileProgress): boolean {
  return downloadedBytes >= sizeBytes && hashedBytes >= sizeBytes;
}

function fileLine(file: FileProgress, screen: Screen): string {
  const { path, sizeBytes, downloadedBytes, hashedBytes } = file;
  const checking = downloadedBytes >= sizeBytes && hashedBytes < sizeBytes;
  const rest = checking ? `verifying ${percentOf(hashedBytes, sizeBytes)} %` : amount(downloadedBytes, sizeBytes);
  return line(path, downloadedBytes, sizeBytes, [rest], screen);
}

function totalLine({ job, details, now }: Progress, screen: Screen): string {
  const label = (details?.files.length ?? 0) < 2 ? (details?.files[0]?.path ?? job.model) : 'total';
  const rest = [amount(job.downloadedBytes, job.totalBytes), ...motion({ job, details, now })];
  return line(label, job.downloadedBytes, job.totalBytes, rest, screen);
}

/** Speed and time left, or why nothing moves. */
function motion({ job, details, now }: Progress): string[] {
  if (job.state !== 'downloading') return [job.state];
  const phase = details?.phase === undefined ? '' : PHASES[details.phase];
  const speed = job.bytesPerSecond > 0 ? [`${describeBytes(job.bytesPerSecond)}/s`] : [];
  const left = job.estimatedCompletion === undefined ? [] : [`${describeDuration(job.estimatedCompletion - now)} left`];
  return [...speed, ...left, ...(phase === '' ? [] : [phase])];
}

function amount(part: number, whole: number): string {
  return part >= whole ? describeBytes(whole) : `${describeBytes(part)} of ${describeBytes(whole)}`;
}

/** `label  ██████░░░░  43 %  rest`: the bar gives way first, then the label, then what is at the end. */
function line(label: string, part: number, whole: number, rest: readonly string[], screen: Screen): string {
  // A line as wide as the screen would move the cursor to the next one.
  const width = screen.columns - 1;
  const percent = `${percentOf(part, whole)} %`.padStart(5);
  const end = [percent, ...rest].join('  ');
  const labelRoom = Math.max(0, Math.min(40, width - end.length - NARROWEST_BAR - 4));
  const name = shorten(label, labelRoom).padEnd(Math.min(labelRoom, 24));
  const barRoom = Math.min(WIDEST_BAR, width - name.length - end.length - 4);
  if (labelRoom < 6 || barRoom < NARROWEST_BAR) return fit(end.trimStart(), screen.columns);
  const filled = whole === 0 ? barRoom : Math.floor((part / whole) * barRoom);
  const bar = `${paint('█'.repeat(filled), 32, screen)}${paint('░'.repeat(barRoom - filled), 2, screen)}`;
  return `${name}  ${bar}  ${end}`;
}

/** The end of a path tells more than its beginning. */
function shorten(text: string, room: number): string {
  return text.length <= room ? text : room < 2 ? '' : `…${text.slice(text.length - room + 1)}`;
}

function fit(text: string, columns: number): string {
  return text.length < columns ? text : text.slice(0, Math.max(0, columns - 1));
}

function paint(text: string, code: number, { colour }: Screen): string {
  return colour && text !== '' ? `\u001b[${code}m${text}\u001b[0m` : text;
}
