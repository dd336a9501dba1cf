/**
 * Which of the jobs that run fetches a file that several of them want. A job claims all of its files in one go when it
 * begins, and those it does not get at once are handed over in the order of the claims: so jobs only ever wait for jobs
 * that began before them, and no two for each other.
 */
export interface FileClaims {
  /** @returns undefined when the file is `job`'s now, else a promise of when it will be */
  claim(job: string, file: string): Promise<void> | undefined;
  /** Gives up all that a job has, and all that it waits for. */
  release(job: string): void;
}

interface Claim {
  job: string;
  grant: () => void;
}

export function createFileClaims(): FileClaims {
  /** The first of each line has the file. */
  const lines = new Map<string, Claim[]>();
  return {
    claim: (job, file) => {
      const line = lines.get(file);
      if (line?.[0]?.job === job) return undefined;
      if (line === undefined) {
        lines.set(file, [{ job, grant: () => undefined }]);
        return undefined;
      }
      return new Promise((grant) => line.push({ job, grant }));
    },
    release: (job) => {
      for (const [file, line] of lines) {
        const left = line.filter((claim) => claim.job !== job);
        if (left.length === 0) lines.delete(file);
        else {
          lines.set(file, left);
          if (left[0] !== line[0]) left[0]!.grant();
        }
      }
    },
  };
}
