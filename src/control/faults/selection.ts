import type { Call } from '../../api/call.js';
import { plainPath, type RouteMatch } from '../../api/routes.js';
import { fractionAt } from '../../core/random.js';
import { isNthCall } from '../../core/nth-call.js';
import { matchesPattern } from '../../core/text-pattern.js';
import type { FaultSelection } from './fault.js';

/** Decides whether a call matches, as far as that is possible before its model is known. */
export function matchesAtArrival(
  when: FaultSelection,
  call: Call,
  match: RouteMatch | undefined,
  now: number,
  addedAt: number,
): boolean {
  return (
    (when.route === undefined || isOneOf(when.route, match)) &&
    (when.method === undefined || when.method.toUpperCase() === call.method) &&
    (when.path === undefined || matchesPattern(plainPath(when.path), plainPath(call.path))) &&
    (when.job === undefined || when.job === match?.jobId) &&
    (when.during === undefined || isWithin(when.during, now, addedAt))
  );
}

/** Whether the fault changes the call with this number. */
export function isChosen({ nth, chance }: FaultSelection, callNumber: number, chanceSeed: number): boolean {
  return (
    isNthCall(nth, callNumber) &&
    // The fraction is looked up by the number, not drawn in sequence, so that other calls do not influence it.
    (chance === undefined || fractionAt(chanceSeed, callNumber) < chance)
  );
}

function isOneOf(route: NonNullable<FaultSelection['route']>, match: RouteMatch | undefined): boolean {
  return [route].flat().some((each) => (match ? each === match.name || each === match.route : each === 'unknown'));
}

function isWithin(
  { from, to, afterMs, forMs }: NonNullable<FaultSelection['during']>,
  now: number,
  addedAt: number,
): boolean {
  const start = Math.max(
    from === undefined ? -Infinity : new Date(from).getTime(),
    afterMs === undefined ? -Infinity : addedAt + afterMs,
  );
  const end = Math.min(
    to === undefined ? Infinity : new Date(to).getTime(),
    forMs === undefined ? Infinity : addedAt + (afterMs ?? 0) + forMs,
  );
  return now >= start && now < end;
}
