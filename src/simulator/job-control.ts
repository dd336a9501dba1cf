import type { SimulatorControl } from '../core/engine.js';
import { RefusedError, type FailureCode } from '../core/errors.js';
import type { JobSnapshot } from '../core/job.js';
import type { Decision } from '../core/simulation.js';
import type { JobStore } from '../core/store.js';
import { snapshotAt, type Intervention, type SimulatedJob } from './job.js';

/** What operators do to simulated jobs: each act is one more intervention in the record. */
export function createJobControl(
  store: JobStore<SimulatedJob>,
  timeOf: (job: SimulatedJob) => number,
  onDecision: (decision: Decision) => void,
): SimulatorControl {
  return {
    list: async function* () {
      for await (const job of store.list()) yield snapshotAt(job, timeOf(job));
    },
    find: async (jobId) => {
      const job = await store.get(jobId);
      return job && snapshotAt(job, timeOf(job));
    },
    pause: (jobId) => intervene(jobId, 'pause', 'paused', ['downloading'], (at) => ({ type: 'pause', at })),
    resume: (jobId) => intervene(jobId, 'resume', 'resumed', ['paused'], (at) => ({ type: 'resume', at })),
    cancel: (jobId) => end(jobId, 'cancel', 'cancelled', 'cancelled', 'The download was cancelled.'),
    fail: (jobId, code, reason = `An operator made the download fail: ${code}.`) =>
      end(jobId, 'fail', 'failed', code, reason),
  };

  function end(
    jobId: string,
    verb: string,
    done: 'cancelled' | 'failed',
    code: FailureCode,
    reason: string,
  ): Promise<JobSnapshot> {
    return intervene(jobId, verb, done, ['downloading', 'paused'], (at) => ({ type: 'fail', at, code, reason }));
  }

  async function intervene(
    jobId: string,
    verb: string,
    done: 'paused' | 'resumed' | 'cancelled' | 'failed',
    allowed: readonly JobSnapshot['state'][],
    decide: (at: number) => Intervention,
  ): Promise<JobSnapshot> {
    for (;;) {
      const job = await store.get(jobId);
      if (!job) throw new RefusedError('job_not_found', jobId, `Cannot ${verb} ${jobId}: there is no such job.`);
      const now = timeOf(job);
      const { state } = snapshotAt(job, now);
      if (!allowed.includes(state)) {
        throw new RefusedError(
          'wrong_job_state',
          jobId,
          `Cannot ${verb} ${jobId}: it is ${state}, and only a job that is ${allowed.join(' or ')} can be.`,
        );
      }
      const changed = {
        ...job,
        version: job.version + 1,
        interventions: [...(job.interventions ?? []), decide(now)],
      };
      if (await store.replace(changed, job.version)) {
        onDecision({ type: done, job: jobId, model: job.model });
        return snapshotAt(changed, now);
      }
    }
  }
}
