import { get, NO_JOB } from '../requests.js';
import type { ProbeRow } from '../row.js';

/** Polls of a job that was never started. */
export const pollRows: readonly ProbeRow[] = [
  {
    id: 'unknown-job',
    source: 'observed',
    sentence: 'The status of an unknown job is a 404 that names the job.',
    call: get(`/api/v1/models/download/status/${NO_JOB}`),
    expects: {
      status: 404,
      json: { error: { type: 'job_not_found', message: `Download job with id '${NO_JOB}' not found` } },
    },
  },
];
