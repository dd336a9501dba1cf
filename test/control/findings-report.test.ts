import { describe, expect, it } from 'vitest';
import { reportFindings } from '../../src/control/findings/report.js';
import type { Finding } from '../../src/control/findings/findings.js';

const finding: Finding = {
  id: 'status-of-undefined',
  title: 'The status of a job called “undefined” was asked for: GET /api/v1/models/download/status/undefined',
  entries: [3, 4],
  impact: 'The answer is always 404, in every state of the download.',
  fix: 'Take job_id from the answer to POST /api/v1/models/download, and do not poll when there is none: already_downloaded and errors come without a job.',
  judged: true,
};
const open: Finding = {
  id: 'polling-too-fast',
  title: 'Job job_1 was polled 21 times within 2.0 s',
  entries: Array.from({ length: 21 }, (_, index) => index + 1),
  impact: 'Polls take from it.',
  fix: 'Poll once a second.',
  judged: { notJudged: "Pace is judged while the session's clock runs at speed 1; it was frozen." },
};

describe('the report of findings', () => {
  it('says so when there are none', () => {
    expect(reportFindings([])).toBe('No findings.');
  });

  it('says what was observed, where, its impact and how to fix it', () => {
    expect(reportFindings([finding, open])).toBe(
      `1 finding.

1. The status of a job called “undefined” was asked for: GET /api/v1/models/download/status/undefined
   [status-of-undefined]
   calls: 3, 4
   impact: The answer is always 404, in every state of the download.
   fix:  Take job_id from the answer to POST /api/v1/models/download, and do not poll when there is none:
          already_downloaded and errors come without a job.

Not judged (1):

-  Job job_1 was polled 21 times within 2.0 s [polling-too-fast]
   calls: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 and 9 more
   impact: Polls take from it.
   fix:  Poll once a second.
   open:  Pace is judged while the session's clock runs at speed 1; it was frozen.`,
    );
  });

  it('counts findings, and says when all of them are open', () => {
    expect(reportFindings([finding, finding])).toMatch(/^2 findings\.\n\n1\. .*\n\n2\. /s);
    expect(reportFindings([open])).toMatch(/^No findings\.\n\nNot judged \(1\):/);
  });
});
