/**
 * Decides which of several running jobs fetches a file that they share. A job claims all of its files at once when it
 * begins, and those that it does not get are passed on in the order of the claims: so jobs wait only for jobs that
 * began earlier, and never for each other.
 */
export interface FileClaims {
  /** @returns undefined if the file is `job`'s now, else a promise that resolves when it is */
  claim(job: string, file: string): Promise<void> | undefined;
  /** Releases all files of a job, and all its claims. */
  release(job: string): void;
}

interface Claim {
  job: string;
  grant: () => void;
}

export function createFileClaims(): FileClaims {
  /** The first claim of each line has the file. */
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
