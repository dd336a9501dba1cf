import { Problem } from './problem.js';

/* LM Studio's errors for calls without its token; loaded with the first of them. */

export const tokenProblems = {
  missingToken: () =>
    invalidToken(
      'An LM Studio API token is required to make requests to this server, but none was provided using the ' +
        "Authorization header using the 'Bearer' scheme (i.e., 'Authorization: Bearer $LM_API_TOKEN').",
    ),
  wrongToken: (token: string) =>
    invalidToken(
      `Malformed LM Studio API token provided: ${token.slice(0, 10)}${'*'.repeat(Math.max(0, token.length - 10))}. ` +
        'Ensure you are using a valid token.',
    ),
};

function invalidToken(what: string): Problem {
  const message = `${what} Learn more at: https://lmstudio.ai/docs/developer/core/authentication.`;
  const problem = new Problem(401, 'invalid_request', message);
  // This is the one error whose code stands before its message.
  problem.answer.error = { type: 'invalid_request', code: 'invalid_api_key', message };
  return problem;
}
