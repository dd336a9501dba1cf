import { monotonicNow, wallTurn } from '../../core/wall-timer.js';
import { ControlError } from '../base/control-error.js';
import type { SettledOptions } from '../contract/dock-control.js';
import type { Journal } from '../journal/journal.js';

/**
 * So many turns of the event loop may pass between an answer and what its client does with it: MSW and interceptors hand
 * an answer on in several.
 */
const QUIET_TURNS = 10;
const DEFAULT_TIMEOUT_MS = 5000;

/** Waits, in wall time, until every call is answered and none has come for some turns. @throws ControlError timeout */
export async function untilSettled(
  journal: Pick<Journal, 'underWay' | 'lastId'>,
  { timeoutMs = DEFAULT_TIMEOUT_MS }: SettledOptions,
): Promise<void> {
  const deadline = monotonicNow() + timeoutMs;
  let latest = journal.lastId;
  for (let quiet = 0; quiet < QUIET_TURNS; quiet++) {
    await wallTurn();
    const calls = journal.underWay();
    const isQuiet = calls.length === 0 && journal.lastId === latest;
    latest = journal.lastId;
    if (isQuiet) continue;
    quiet = 0;
    if (monotonicNow() < deadline) continue;
    const what = calls.length > 0 ? calls.map(({ method, path }) => `${method} ${path}`).join(', ') : 'clients call on';
    throw new ControlError(
      408,
      'timeout',
      `Waited ${timeoutMs} ms until every call is answered: ${what}. A client that polls without a pause never is: give it one.`,
    );
  }
}
