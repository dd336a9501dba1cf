import { jsonReply, type Reply } from '../wire/reply.js';

/** The reasons for which a hub refuses a request. Clients branch on the code, if there is one, not on the status. */
export type HubProblem =
  | { type: 'anonymous' }
  | { type: 'bad token' }
  | { type: 'no repo' }
  | { type: 'gated'; repo: string; signedIn: boolean }
  | { type: 'no revision'; revision: string }
  | { type: 'no entry'; path: string; revision: string }
  | { type: 'disabled' }
  | { type: 'too many'; seconds: number }
  | { type: 'digest pending'; ms: number }
  | { type: 'bad request'; message: string }
  | { type: 'no route' }
  | { type: 'bad method'; allowed: string }
  | { type: 'failed'; reason: string };

/** The table from refusals to answers. */
export function problemReply(problem: HubProblem): Reply {
  switch (problem.type) {
    case 'anonymous':
      // An anonymous client gets the same answer for missing and private repos, without a code.
      return refusal(401, undefined, 'Invalid username or password.', {
        'WWW-Authenticate': 'Bearer realm="Authentication required"',
      });
    case 'bad token':
      return refusal(401, undefined, 'Invalid credentials in Authorization header');
    case 'no repo':
      return refusal(404, 'RepoNotFound', 'Repository not found');
    case 'gated':
      return problem.signedIn
        ? refusal(
            403,
            'GatedRepo',
            `Access to model ${problem.repo} is restricted and you are not in the authorized list. Visit https://huggingface.co/${problem.repo} to ask for access.`,
          )
        : refusal(
            401,
            'GatedRepo',
            `Access to model ${problem.repo} is restricted. You must have access to it and be authenticated to access it. Please log in.`,
          );
    case 'no revision':
      return refusal(404, 'RevisionNotFound', `Invalid rev id: ${problem.revision}`);
    case 'no entry':
      return refusal(404, 'EntryNotFound', `${problem.path} does not exist on "${problem.revision}"`);
    case 'disabled':
      return refusal(403, undefined, 'Access to this resource is disabled.');
    case 'too many':
      return refusal(429, undefined, 'We had to rate limit you, try again later.', {
        'Retry-After': String(problem.seconds),
      });
    case 'digest pending': {
      const seconds = Math.max(1, Math.ceil(problem.ms / 1000));
      const message = `This hub is computing the sha256 of a large file, which it does once. Try again in ${seconds} s.`;
      return refusal(503, undefined, message, { 'Retry-After': String(seconds) });
    }
    case 'bad request':
      return refusal(400, undefined, problem.message);
    case 'no route':
      return refusal(404, undefined, "Sorry, we can't find the page you are looking for.");
    case 'bad method':
      return refusal(405, undefined, 'Method Not Allowed', { Allow: problem.allowed });
    case 'failed':
      return refusal(500, undefined, `This hub could not answer: ${problem.reason}`);
  }
}

function refusal(
  status: number,
  code: string | undefined,
  message: string,
  headers: Record<string, string> = {},
): Reply {
  return jsonReply({ error: message }, status, {
    // A header cannot carry every character of a revision or path.
    'X-Error-Message': message.replace(/[^\x20-\x7e]/g, '?'),
    ...(code !== undefined && { 'X-Error-Code': code }),
    ...headers,
  });
}
