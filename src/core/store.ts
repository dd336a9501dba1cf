/** The fields of a job that a store uses. */
export interface Stored {
  readonly id: string;
  /** The identity of the model; a store finds the newest job for it. */
  readonly model: string;
  /** Rises by one with each replacement. */
  readonly version: number;
}

/**
 * Keeps job records. Both writes are compare-and-swap: without it, a hundred simultaneous starts of one model would
 * create a hundred jobs.
 */
export interface JobStore<Job extends Stored> {
  get(id: string): Promise<Job | undefined>;
  /** Finds the job inserted last for this model. */
  latestFor(model: string): Promise<Job | undefined>;
  /** Adds a job unless another was added since `previous` was the latest for its model, or its id is taken. */
  insert(job: Job, previous: Job | undefined): Promise<boolean>;
  /** Replaces the job of the same id if it is still at `expectedVersion`. */
  replace(job: Job, expectedVersion: number): Promise<boolean>;
  /** All jobs, oldest first. */
  list(): AsyncIterable<Job>;
}
