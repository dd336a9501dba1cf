import type { RowResult, ShownAnswer, VerifyReport } from '../../verify/report.js';
import { NO_ACCESS } from '../../verify/try-probe.js';
import { padCells } from '../downloads/cells.js';
import { paint, quote, widthOf, wrap, type PaintedScreen } from './paint.js';

const MARKS = { holds: '✓', differs: '✗', 'not-tried': '–' } as const;
const COLOURS = { holds: 'green', differs: 'red', 'not-tried': 'dim' } as const;

/** A report for people: one line per row, then what differs with both answers, then the sum. */
export function describeReport(report: VerifyReport, screen: PaintedScreen): string {
  const { rows, url, profile, isModeldock } = report;
  const differing = rows.filter(({ outcome }) => outcome === 'differs');
  const subject = isModeldock ? 'modeldock' : 'LM Studio, or what stands for it';
  return [
    ...wrap(`${url} (${subject}), profile ${profile}`, widthOf(screen), '  '),
    '',
    ...rows.flatMap((row) => lineOf(row, rows, screen)),
    ...differing.flatMap((row) => ['', ...describeDifference(row, screen)]),
    '',
    sumOf(report, screen),
    ...adviceFor(report, screen),
    '',
  ].join('\n');
}

function lineOf(
  { id, outcome, sentence, reason }: RowResult,
  rows: readonly RowResult[],
  screen: PaintedScreen,
): string[] {
  const width = Math.max(...rows.map((row) => row.id.length));
  const text = reason === undefined ? sentence : `${sentence} Not tried: ${reason}.`;
  const column = width + 4;
  const [first = '', ...rest] = wrap(text, Math.max(20, widthOf(screen) - column), '');
  const beginning = `${paint(screen, COLOURS[outcome], MARKS[outcome])} ${padCells(id, width)}  `;
  const dimmed = (line: string): string => (outcome === 'not-tried' ? paint(screen, 'dim', line) : line);
  return [beginning + dimmed(first), ...rest.map((line) => ' '.repeat(column) + dimmed(line))];
}

function describeDifference(row: RowResult, screen: PaintedScreen): string[] {
  const { id, source, sentence, request, differences = [], expected = '', found } = row;
  const indent = '    ';
  return [
    `${paint(screen, 'red', MARKS.differs)} ${paint(screen, 'bold', id)} (${source})`,
    ...wrap(`  ${sentence}`, widthOf(screen), '  '),
    ...(request
      ? quote(
          `${request.method} ${request.path}${request.body === undefined ? '' : `  ${request.body.slice(0, 200)}`}`,
          '  ',
        )
      : []),
    ...differences.flatMap((text) => wrap(`  - ${text}`, widthOf(screen), indent)),
    paint(screen, 'green', '  expected'),
    ...quote(expected, indent),
    paint(screen, 'red', '  found'),
    ...(found ? quote(showFound(found), indent) : []),
  ];
}

/** An answer as text: its status, the headers that matter, and its body. */
export function showFound(found: ShownAnswer): string {
  if ('noAnswer' in found) return `(no answer: ${found.noAnswer})`;
  const { status, headers, body } = found;
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [String(status), ...lines, body === '' ? '(no body)' : body].join('\n');
}

function sumOf({ summary }: VerifyReport, screen: PaintedScreen): string {
  const parts = [
    paint(screen, 'green', `${summary.holds} hold`),
    paint(screen, summary.differs > 0 ? 'red' : 'dim', `${summary.differs} differ`),
    paint(screen, 'dim', `${summary['not-tried']} could not be tried`),
  ];
  return parts.join(', ');
}

function adviceFor({ summary, isModeldock, rows }: VerifyReport, screen: PaintedScreen): string[] {
  if (rows.some(({ reason }) => reason === NO_ACCESS)) {
    return wrap('The server asks for a token: give it with --token, or in LM_API_TOKEN.', widthOf(screen), '');
  }
  if (summary.differs === 0 || isModeldock) return [];
  return wrap(
    'If this is LM Studio, its answers are evidence: --out FILE writes them down, to send in an issue. Read the file first, as ' +
      'it may name your models.',
    widthOf(screen),
    '',
  );
}
