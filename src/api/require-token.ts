import { readBearer } from './read-bearer.js';
import { prettyJson, type Answer, type Call } from './call.js';
import { isGreeting } from './routes.js';

/**
 * Refuses a call without `Authorization: Bearer <token>` or `Bearer session:<id>:<token>`; undefined for one that may
 * pass. The greeting needs no token: `lms` and the SDKs send it before they have one.
 */
export async function refuseWithoutToken(
  call: Pick<Call, 'header' | 'method' | 'path'>,
  token: string,
): Promise<Answer | undefined> {
  if (carriesToken(call, token) || isGreeting(call)) return undefined;
  const { tokenProblems } = await import('../contract/token-problems.js');
  const given = readBearer(call)?.token;
  const problem = given === undefined ? tokenProblems.missingToken() : tokenProblems.wrongToken(given);
  return prettyJson(problem.status, problem.answer);
}

export function carriesToken(call: Pick<Call, 'header'>, token: string): boolean {
  return readBearer(call)?.token === token;
}
