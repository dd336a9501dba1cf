import type { Finding } from './findings.js';

const WIDTH = 110;
const SHOWN_ENTRIES = 12;

/** Formats findings for a terminal. */
export function reportFindings(findings: readonly Finding[]): string {
  const judged = findings.filter((finding) => finding.judged === true);
  const open = findings.filter((finding) => finding.judged !== true);
  const parts = [`${judged.length === 0 ? 'No' : judged.length} finding${judged.length === 1 ? '' : 's'}.`];
  judged.forEach((finding, index) => parts.push(describe(finding, `${index + 1}. `)));
  if (open.length > 0) {
    parts.push(`Not judged (${open.length}):`);
    for (const finding of open) parts.push(describe(finding, '-  '));
  }
  return parts.join('\n\n');
}

function describe({ id, title, entries, impact, fix, judged }: Finding, bullet: string): string {
  const lines = [
    ...paragraph(`${title} [${id}]`, bullet, '   '),
    ...paragraph(listEntries(entries), '   calls: ', '          '),
    ...paragraph(impact, '   impact: ', '          '),
    ...paragraph(fix, '   fix:  ', '          '),
    ...(judged === true ? [] : paragraph(judged.notJudged, '   open:  ', '          ')),
  ];
  return lines.join('\n');
}

function listEntries(entries: readonly number[]): string {
  const shown = entries.slice(0, SHOWN_ENTRIES).join(', ');
  return entries.length > SHOWN_ENTRIES ? `${shown} and ${entries.length - SHOWN_ENTRIES} more` : shown;
}

/** Wraps at spaces; a word that is longer than a line, such as a link, stays whole. */
function paragraph(text: string, first: string, rest: string): string[] {
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  for (const word of text.split(' ')) {
    if (!isEmpty && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = rest;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}
