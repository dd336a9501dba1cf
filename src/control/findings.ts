import { missingAuthorization } from './findings/authorization.js';
import type { Finding, FindingContext, Rule } from './findings/finding.js';
import { latePolls } from './findings/late-polls.js';
import { catalogQuantizations, fileLinks } from './findings/model-names.js';
import { ignoredRetryAfter, tooFastPolls } from './findings/pace.js';
import { placeholderJobs } from './findings/placeholder-jobs.js';
import { readCall } from './findings/read-call.js';
import { unknownRoutes } from './findings/unknown-routes.js';
import { unwatchedJobs } from './findings/unwatched-jobs.js';
import type { JournalEntry } from './journal-entry.js';

export type { Finding, FindingContext, FindingId } from './findings/finding.js';

const rules: readonly Rule[] = [
  unknownRoutes,
  placeholderJobs,
  fileLinks,
  catalogQuantizations,
  missingAuthorization,
  unwatchedJobs,
  latePolls,
  tooFastPolls,
  ignoredRetryAfter,
];

/** What a journal shows a client doing wrong; what was judged comes first. */
export function findIn(entries: readonly JournalEntry[], context: FindingContext): Finding[] {
  const calls = [...entries].sort((one, other) => one.id - other.id).map(readCall);
  const findings = rules.flatMap((rule) => rule(calls, context));
  return [...findings.filter(({ judged }) => judged === true), ...findings.filter(({ judged }) => judged !== true)];
}
