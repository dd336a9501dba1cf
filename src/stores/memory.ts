import type { JobStore, Stored } from '../core/store.js';

/** Keeps job records in this process's memory. */
export class MemoryStore<Job extends Stored> implements JobStore<Job> {
  readonly #jobs: Map<string, Job>;
  /** Job ids by model. */
  readonly #latest: Map<string, string>;

  /** @param initial the jobs to start with, oldest first */
  constructor(initial: readonly Job[] = []) {
    this.#jobs = new Map(initial.map((job) => [job.id, job]));
    this.#latest = new Map(initial.map((job) => [job.model, job.id]));
  }

  async get(id: string): Promise<Job | undefined> {
    return this.#jobs.get(id);
  }

  async latestFor(model: string): Promise<Job | undefined> {
    return this.#latestFor(model);
  }

  async insert(job: Job, previous: Job | undefined): Promise<boolean> {
    if (this.#jobs.has(job.id) || this.#latestFor(job.model)?.id !== previous?.id) return false;
    this.#jobs.set(job.id, job);
    this.#latest.set(job.model, job.id);
    return true;
  }

  async replace(job: Job, expectedVersion: number): Promise<boolean> {
    if (this.#jobs.get(job.id)?.version !== expectedVersion) return false;
    this.#jobs.set(job.id, job);
    return true;
  }

  async *list(): AsyncGenerator<Job> {
    yield* this.#jobs.values();
  }

  #latestFor(model: string): Job | undefined {
    const id = this.#latest.get(model);
    return id === undefined ? undefined : this.#jobs.get(id);
  }
}
