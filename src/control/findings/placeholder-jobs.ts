import type { Rule } from './finding.js';
import { groupBy, idsOf, isPlaceholder } from './read-call.js';

/** Finds polls of `/status/undefined`, and of what a missing job id becomes in other languages. */
export const placeholderJobs: Rule = (calls) => {
  const groups = groupBy(calls, ({ statusOf }) =>
    statusOf !== undefined && isPlaceholder(statusOf) ? statusOf : undefined,
  );
  return [...groups].map(([name, group]) => ({
    id: 'status-of-undefined',
    title:
      name === ''
        ? `The status of no job was asked for: GET ${group[0]!.entry.path}`
        : `The status of a job called “${name}” was asked for: GET ${group[0]!.entry.path}`,
    entries: idsOf(group),
    impact: 'The answer is always 404, in every state of the download: a client that polls this way waits forever.',
    fix:
      'Take job_id from the answer to POST /api/v1/models/download, and do not poll when there is none: ' +
      'already_downloaded and errors come without a job.',
    judged: true,
  }));
};
