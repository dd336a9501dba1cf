import type { SimulatorControl } from '../core/engine.js';
import { RefusedError, type FailureCode } from '../core/errors.js';
import type { JobSnapshot } from '../core/job.js';
import { snapshotAt, type Intervention, type SimulatedJob } from './job.js';
import { timeOf, type JobContext } from './job-context.js';

/** What control does to simulated jobs: each act is one more intervention in the record. */
export class SimulatedJobControl implements SimulatorControl {
  readonly #parts: JobContext;

  constructor(parts: JobContext) {
    this.#parts = parts;
  }

  async *list(): AsyncGenerator<JobSnapshot> {
    for await (const job of this.#parts.store.list()) yield this.#snapshot(job);
  }

  async find(jobId: string): Promise<JobSnapshot | undefined> {
    const job = await this.#parts.store.get(jobId);
    return job && this.#snapshot(job);
  }

  pause(jobId: string): Promise<JobSnapshot> {
    return this.#intervene(jobId, 'pause', 'paused', ['downloading'], (at) => ({ type: 'pause', at }));
  }

  resume(jobId: string): Promise<JobSnapshot> {
    return this.#intervene(jobId, 'resume', 'resumed', ['paused'], (at) => ({ type: 'resume', at }));
  }

  /** Resumes all jobs that are held at a moment, and answers whether there were any. */
  async release(): Promise<boolean> {
    let found = false;
    for await (const job of this.#parts.store.list()) {
      if (!job.interventions?.some(({ type }) => type === 'hold')) continue;
      if (this.#snapshot(job).isHeld !== true) continue;
      found = true;
      await this.resume(job.id);
    }
    return found;
  }

  cancel(jobId: string): Promise<JobSnapshot> {
    return this.#end(jobId, 'cancel', 'cancelled', 'cancelled', 'The download was cancelled.');
  }

  fail(
    jobId: string,
    code: FailureCode,
    reason = `A control call made the download fail: ${code}.`,
  ): Promise<JobSnapshot> {
    return this.#end(jobId, 'fail', 'failed', code, reason);
  }

  #snapshot(job: SimulatedJob): JobSnapshot {
    return snapshotAt(job, timeOf(this.#parts.clock, job));
  }

  #end(
    jobId: string,
    verb: string,
    done: 'cancelled' | 'failed',
    code: FailureCode,
    reason: string,
  ): Promise<JobSnapshot> {
    return this.#intervene(jobId, verb, done, ['downloading', 'paused'], (at) => ({ type: 'fail', at, code, reason }));
  }

  async #intervene(
    jobId: string,
    verb: string,
    done: 'paused' | 'resumed' | 'cancelled' | 'failed',
    allowed: readonly JobSnapshot['state'][],
    decide: (at: number) => Intervention,
  ): Promise<JobSnapshot> {
    const { clock, store, onDecision } = this.#parts;
    for (;;) {
      const job = await store.get(jobId);
      if (!job) throw new RefusedError('job_not_found', jobId, `Cannot ${verb} ${jobId}: there is no such job.`);
      const now = timeOf(clock, job);
      const { state, isHeld } = snapshotAt(job, now);
      if (!allowed.includes(state) && !(verb === 'resume' && isHeld)) {
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
