import type { JobStore, Stored } from '../core/store.js';

/** Job records in this process's memory. */
export function createMemoryStore<Job extends Stored>(): JobStore<Job> {
  const jobs = new Map<string, Job>();
  const latest = new Map<string, string>();

  return {
    get: async (id) => jobs.get(id),
    latestFor: async (model) => newest(model),
    insert: async (job, previous) => {
      if (jobs.has(job.id) || newest(job.model)?.id !== previous?.id) return false;
      jobs.set(job.id, job);
      latest.set(job.model, job.id);
      return true;
    },
    replace: async (job, expectedVersion) => {
      if (jobs.get(job.id)?.version !== expectedVersion) return false;
      jobs.set(job.id, job);
      return true;
    },
    list: async function* () {
      yield* jobs.values();
    },
  };

  function newest(model: string): Job | undefined {
    const id = latest.get(model);
    return id === undefined ? undefined : jobs.get(id);
  }
}
