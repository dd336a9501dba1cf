import type { ContractRow } from './row.js';

/** The part of a row that a report repeats. */
export function contractOf({ id, source, sentence, settles }: ContractRow): ContractRow {
  return { id, source, sentence, ...(settles && { settles }) };
}
