/** Selects calls among those that match, counted from 1: a number, several, or a span with both ends included. */
export type NthCall = number | readonly number[] | { from?: number | undefined; to?: number | undefined };

/** Whether a call's number is selected; without `nth` every call is. */
export function isNthCall(nth: NthCall | undefined, callNumber: number): boolean {
  if (nth === undefined) return true;
  if (typeof nth === 'number') return nth === callNumber;
  if (isList(nth)) return nth.includes(callNumber);
  return callNumber >= (nth.from ?? 1) && callNumber <= (nth.to ?? Infinity);
}

function isList(nth: NthCall): nth is readonly number[] {
  return Array.isArray(nth);
}
