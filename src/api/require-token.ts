import { problems } from '../contract/problem.js';
import { readBearer } from './bearer.js';
import { prettyJson, type Call, type Link } from './call.js';

/** Asks every call for `Authorization: Bearer <token>`, or `Bearer session:<id>:<token>`. */
export function requireToken(token: string): Link {
  return (next) => async (call) => {
    if (carriesToken(call, token)) return next(call);
    const given = readBearer(call);
    const problem = given === undefined ? problems.missingToken() : problems.wrongToken(given.token ?? 'session:');
    return prettyJson(problem.status, problem.answer);
  };
}

export function carriesToken(call: Pick<Call, 'header'>, token: string): boolean {
  return readBearer(call)?.token === token;
}
