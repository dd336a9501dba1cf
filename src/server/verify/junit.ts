import type { RowResult, VerifyReport } from '../../verify/report.js';
import { showFound } from './describe-report.js';

/** A report as JUnit XML: a test case per row. */
export function toJUnit({ rows, summary, url, verifiedAt, profile }: VerifyReport): string {
  const name = `modeldock verify ${url}, profile ${profile}`;
  const counts = `tests="${rows.length}" failures="${summary.differs}" errors="0" skipped="${summary['not-tried']}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="modeldock verify" ${counts}>`,
    `  <testsuite name="${escape(name)}" ${counts} timestamp="${escape(verifiedAt)}">`,
    ...rows.flatMap(caseOf),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function caseOf({
  id,
  source,
  sentence,
  outcome,
  reason,
  differences = [],
  expected = '',
  found,
}: RowResult): string[] {
  const opening = `    <testcase classname="contract.${source}" name="${escape(`${id}: ${sentence}`)}"`;
  switch (outcome) {
    case 'holds':
      return [`${opening}/>`];
    case 'not-tried':
      return [`${opening}><skipped message="${escape(reason ?? '')}"/></testcase>`];
    case 'differs': {
      const text = [...differences, '', 'expected:', expected, '', 'found:', found ? showFound(found) : ''].join('\n');
      return [`${opening}><failure message="${escape(differences.join('; '))}">${escape(text)}</failure></testcase>`];
    }
  }
}

/** XML 1.0 has no way to spell most control characters. */
function escape(text: string): string {
  return (
    text
      // eslint-disable-next-line no-control-regex -- the pattern finds control characters
      .replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '\ufffd')
      .replace(/&/g, '&amp;')
      .replace(/</g, '&lt;')
      .replace(/>/g, '&gt;')
      .replace(/"/g, '&quot;')
      .replace(/\n/g, '&#10;')
  );
}
