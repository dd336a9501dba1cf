import type { JournalEntry } from './entry.js';

const SHOWN_CALLS = 12;

/** The last calls of a journal, a line for each, for people to read. */
export function describeCalls(entries: readonly JournalEntry[]): string {
  if (entries.length === 0) return 'No client has called. Check that it uses the address of this session.';
  const shown = entries.slice(-SHOWN_CALLS).map(describeCall);
  const all = entries.length === 1 ? 'The only call' : `The last ${shown.length} of ${entries.length} calls`;
  return `${all}:\n${shown.map((line) => `  ${line}`).join('\n')}`;
}

function describeCall({ method, path, status, request, route, fault }: JournalEntry): string {
  const body = request.body === undefined ? '' : ` ${request.body.text.slice(0, 100)}`;
  const remarks = [route === undefined && 'no such route', fault && `changed by ${fault.id} (${fault.type})`];
  const remark = remarks.filter(Boolean).join(', ');
  return `${method} ${path}${body} → ${status}${remark === '' ? '' : `  (${remark})`}`;
}
