import { problems } from '../contract/problem.js';
import { prettyJson, type Link } from './call.js';

/** Asks every call for `Authorization: Bearer <token>`. */
export function requireToken(token: string): Link {
  return (next) => async (call) => {
    const [, given] = /^Bearer\s+(\S.*?)\s*$/i.exec(call.header('authorization') ?? '') ?? [];
    if (given === token) return next(call);
    const problem = given === undefined ? problems.missingToken() : problems.wrongToken(given);
    return prettyJson(problem.status, problem.answer);
  };
}
