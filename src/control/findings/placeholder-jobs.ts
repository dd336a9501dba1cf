import type { Rule } from './finding.js';
import { groupBy, idsOf, isPlaceholder } from './read-call.js';

/** `/status/undefined`, and what other languages make of a job id that is not there. */
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
    impact: 'The answer is 404, whatever becomes of the download: a client that polls this way waits forever.',
    fix:
      'Take job_id from the answer to POST /api/v1/models/download, and do not poll when there is none: ' +
      'already_downloaded and errors come without a job.',
    judged: true,
  }));
};
