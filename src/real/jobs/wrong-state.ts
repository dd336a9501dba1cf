import { RefusedError } from '../../core/errors.js';

/** A job is not in a state in which that can be done. */
export function wrongState(verb: string, jobId: string, why: string): RefusedError {
  return new RefusedError('wrong_job_state', jobId, `Cannot ${verb} ${jobId}: ${why}.`);
}

/** The record of a job has another version than the one that was read. */
export function changedMeanwhile(verb: string, jobId: string): RefusedError {
  return wrongState(verb, jobId, 'another process has just changed it. Check its state, and try again');
}
