import type { Rule } from './finding.js';
import { cameAfter, idsOf, type ReadCall } from './read-call.js';

/**
 * Finds calls without a token that were refused. A client that asks its user for a token after the first refusal is
 * right.
 */
export const missingAuthorization: Rule = (calls) => {
  const refused = calls.filter(
    ({ entry }) => entry.status === 401 && !hasToken(entry.request.headers) && !isOfHub(entry),
  );
  const [first] = refused;
  if (!first) return [];
  const again = refused.filter((call) => cameAfter(call, first));
  const learned = calls.some((call) => hasToken(call.entry.request.headers) && cameAfter(call, first));
  if (learned && again.length === 0) return [];
  return [
    {
      id: 'missing-authorization',
      title: `This server asks for a token, and ${count(refused)} without an Authorization header`,
      entries: idsOf(refused),
      impact: 'An LM Studio that requires API tokens answers each such call 401, and does nothing.',
      fix: 'Send Authorization: Bearer <API token> with every call, status polls included.',
      judged: true,
    },
  ];
};

/** Whether a 401 comes from the hub: then it is about the token of the server, not of the client. */
function isOfHub({ answer }: ReadCall['entry']): boolean {
  return /"code":\s*"bad_token"/.test(answer?.body?.text ?? '');
}

function hasToken({ authorization }: ReadCall['entry']['request']['headers']): boolean {
  return authorization !== undefined && !/^(?:Bearer)?$/i.test(authorization);
}

function count(refused: readonly ReadCall[]): string {
  const { method, path } = refused[0]!.entry;
  if (refused.length === 1) return `${method} ${path} came`;
  return `${refused.length} calls came (${method} ${path} first)`;
}
