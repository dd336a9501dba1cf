import { median } from '../report.mjs';

const COLUMNS = [
  'client',
  'wall s',
  '(min–max)',
  'ratio',
  'CPU s',
  'CPU s/GiB',
  'memory MB',
  'server CPU s',
  'verified',
];

/**
 * Formats the medians of every client as lines of text; the ratio is to the first one's wall time.
 * @param size of the file, in bytes
 */
export function table(runs, clients, size) {
  const of = (name, figure) => median(runs[name].map((run) => run[figure]));
  const names = Object.keys(runs);
  const rows = names.map((name) => {
    const walls = runs[name].map(({ wallSeconds }) => wallSeconds);
    return [
      clients[name].title,
      of(name, 'wallSeconds').toFixed(2),
      `(${Math.min(...walls).toFixed(2)}–${Math.max(...walls).toFixed(2)})`,
      (of(name, 'wallSeconds') / of(names[0], 'wallSeconds')).toFixed(2),
      of(name, 'cpuSeconds').toFixed(2),
      (of(name, 'cpuSeconds') / (size / 1024 ** 3)).toFixed(2),
      (of(name, 'peakBytes') / 1e6).toFixed(0),
      of(name, 'serverCpuSeconds').toFixed(2),
      clients[name].verifies ? 'yes' : 'no',
    ];
  });
  const widths = COLUMNS.map((title, column) => Math.max(...[COLUMNS, ...rows].map((row) => row[column].length)));
  return [COLUMNS, ...rows]
    .map((row) => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))))
    .map((cells) => `  ${cells.join('  ')}`)
    .join('\n');
}
