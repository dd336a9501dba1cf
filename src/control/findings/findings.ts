import { madeUpModels, unknownCatalogIds } from './catalog-ids.js';
import { pollsAtKeepAliveLimit, upgradesToHttp2 } from './connections.js';
import { notImitated } from './inference.js';
import { missingAuthorization } from './authorization.js';
import type { Finding, FindingContext, Rule } from './finding.js';
import { latePolls } from './late-polls.js';
import { catalogQuantizations, fileLinks } from './model-names.js';
import { ignoredRetryAfter, tooFastPolls } from './pace.js';
import { placeholderJobs } from './placeholder-jobs.js';
import { readJournaledCall } from './read-call.js';
import { unknownRoutes } from './unknown-routes.js';
import { unwatchedJobs } from './unwatched-jobs.js';
import type { JournalEntry } from '../journal/entry.js';

export type { Finding, FindingContext, FindingId } from './finding.js';

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
  upgradesToHttp2,
  pollsAtKeepAliveLimit,
  notImitated,
  unknownCatalogIds,
  madeUpModels,
];

/** Finds a client's mistakes in a journal; those that could be judged come first. */
export function findIn(entries: readonly JournalEntry[], context: FindingContext): Finding[] {
  const calls = [...entries].sort((one, other) => one.id - other.id).map(readJournaledCall);
  const findings = rules.flatMap((rule) => rule(calls, context));
  return [...findings.filter(({ judged }) => judged === true), ...findings.filter(({ judged }) => judged !== true)];
}
