import { problems } from '../contract/problem.js';
import { readBearer } from './bearer.js';
import { prettyJson, type Answer, type Call } from './call.js';

/** Answers a call that lacks `Authorization: Bearer <token>`, or `Bearer session:<id>:<token>`. */
export function refuseWithoutToken(call: Pick<Call, 'header'>, token: string): Answer | undefined {
  if (carriesToken(call, token)) return undefined;
  const given = readBearer(call)?.token;
  const problem = given === undefined ? problems.missingToken() : problems.wrongToken(given);
  return prettyJson(problem.status, problem.answer);
}

export function carriesToken(call: Pick<Call, 'header'>, token: string): boolean {
  return readBearer(call)?.token === token;
}
