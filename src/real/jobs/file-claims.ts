/**
 * Which of the jobs that run fetches a file that several of them want. A job claims all of its files when it begins and
 * waits only for jobs that began before it, so that no two ever wait for each other.
 */
export interface FileClaims {
  /** Claims what nobody else has. @returns whether it is `job`'s now */
  claim(job: string, file: string): boolean;
  /** Resolves when nobody has it; rejects with the signal's reason. */
  freed(file: string, signal: AbortSignal): Promise<void>;
  /** Gives up all that a job has. */
  release(job: string): void;
}

export function createFileClaims(): FileClaims {
  const holders = new Map<string, { job: string; freed: Promise<void>; free: () => void }>();
  return {
    claim: (job, file) => {
      const holder = holders.get(file);
      if (holder) return holder.job === job;
      const { promise: freed, resolve: free } = promiseWithResolver();
      holders.set(file, { job, freed, free });
      return true;
    },
    freed: async (file, signal) => {
      signal.throwIfAborted();
      const holder = holders.get(file);
      if (!holder) return;
      const { promise: left, resolve: leave } = promiseWithResolver();
      signal.addEventListener('abort', leave, { once: true });
      await Promise.race([holder.freed, left]);
      signal.removeEventListener('abort', leave);
      signal.throwIfAborted();
    },
    release: (job) => {
      for (const [file, holder] of holders) {
        if (holder.job !== job) continue;
        holders.delete(file);
        holder.free();
      }
    },
  };
}

// Promise.withResolvers is not there before Node 22.
function promiseWithResolver(): { promise: Promise<void>; resolve: () => void } {
  let resolve!: () => void;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
