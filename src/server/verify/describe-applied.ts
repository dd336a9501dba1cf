import type { AppliedReport } from '../../verify/apply.js';
import type { RowResult, VerifyReport } from '../../verify/report.js';
import { showFound } from './describe-report.js';
import { paint, quote, widthOf, wrap, type PaintedScreen } from './paint.js';

const VERDICTS = {
  confirmed: ['green', 'a real server does what was decided: it can move to the observed facts'],
  contradicted: ['red', 'a real server does something else: it is to be changed'],
  'in part': ['yellow', 'a real server does some of it'],
} as const;

/** What a report says about `inferred.ts`, for a maintainer. */
export function describeApplied(report: VerifyReport, applied: AppliedReport, screen: PaintedScreen): string {
  const { settled, open, contradicted } = applied;
  const width = widthOf(screen);
  const { url, verifiedAt, note } = report;
  return [
    ...wrap(`${url}${note === undefined ? '' : `, ${note}`}, verified ${verifiedAt}`, width, '  '),
    ...settled.flatMap(({ name, verdict, rows }) => {
      const [colour, meaning] = VERDICTS[verdict];
      return [
        '',
        `${paint(screen, 'bold', name)} ${paint(screen, colour, verdict)}`,
        ...wrap(`  ${meaning}.`, width, '  '),
        ...rows.flatMap((row) => evidenceOf(row, width)),
      ];
    }),
    ...(contradicted.length === 0
      ? []
      : [
          '',
          paint(screen, 'bold', 'Known otherwise from documentation or other servers:'),
          ...contradicted.flatMap((row) => evidenceOf(row, width)),
        ]),
    '',
    ...wrap(
      `${settled.length} of ${settled.length + open.length} entries of src/contract/inferred.ts are settled; open: ${open.join(', ')}.`,
      width,
      '',
    ),
    '',
  ].join('\n');
}

function evidenceOf({ id, outcome, sentence, differences = [], found }: RowResult, width: number): string[] {
  const isKnown = outcome === 'holds';
  return [
    ...wrap(`  ${isKnown ? 'holds' : 'differs'}: ${id}. ${sentence}`, width, '    '),
    ...differences.flatMap((text) => wrap(`    - ${text}`, width, '      ')),
    ...(isKnown || !found ? [] : quote(showFound(found), '      ')),
  ];
}
