import { redactText } from '../core/redact.js';
import { contractOf } from './contract-of.js';
import { UnansweredError, type Received } from './exchange.js';
import { differencesFrom, showExpectation } from './expectation.js';
import type { RowResult } from './report.js';
import type { ContractRow, ProbeCall, ProbeRow, ServerFacts } from './row.js';
import { showAnswer, showRequest } from './show.js';

export const NO_ACCESS = 'the server asks for another token';

/** A row that was not tried. */
export function notTried(row: ContractRow, reason: string): RowResult {
  return { ...contractOf(row), outcome: 'not-tried', reason };
}

/** Tries a row that one call decides. @throws UnansweredError where nothing listens any more */
export async function tryProbe(
  row: ProbeRow,
  facts: ServerFacts,
  call: (call: ProbeCall) => Promise<Received>,
  token: string | undefined,
): Promise<RowResult> {
  const reason =
    row.unless?.(facts) ?? (facts.hasAccess || row.call.authorization !== undefined ? undefined : NO_ACCESS);
  if (reason !== undefined) return notTried(row, reason);
  const expects = typeof row.expects === 'function' ? row.expects(facts) : row.expects;
  const shown = { ...contractOf(row), request: showRequest(row.call, token) };
  const expected = redactText(showExpectation(expects), token);
  try {
    const received = await call(row.call);
    const differences = differencesFrom(expects, received).map((text) => redactText(text, token));
    const found = showAnswer(received, token);
    if (differences.length > 0) return { ...shown, outcome: 'differs', differences, expected, found };
    return { ...shown, outcome: 'holds', ...(row.source === 'inferred' && { found }) };
  } catch (error) {
    if (!(error instanceof UnansweredError) || error.isUnreachable) throw error;
    const differences = [`no answer: ${error.message}`];
    return { ...shown, outcome: 'differs', differences, expected, found: { noAnswer: error.message } };
  }
}
