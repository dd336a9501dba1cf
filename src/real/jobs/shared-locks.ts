import type { Lock, LockOptions } from '../library/locks.js';
import { takeLock } from '../library/locks.js';

/** Locks of files, for several jobs of one process: a catalog id and a link may come to the same files. */
export interface SharedLocks {
  /** @throws RefusedError model_busy when another process has it */
  take(options: Pick<LockOptions, 'root' | 'folder' | 'paths' | 'subject' | 'progress'>): Promise<Lock>;
}

interface Shared {
  lock: Promise<Lock>;
  users: number;
}

export function createSharedLocks(options: Pick<LockOptions, 'files' | 'clock' | 'limits'>): SharedLocks {
  const held = new Map<string, Shared>();

  return {
    take: async (wanted) => {
      const key = JSON.stringify([wanted.root, wanted.folder, [...wanted.paths].sort()]);
      const shared = held.get(key) ?? { lock: takeLock({ ...options, ...wanted }), users: 0 };
      held.set(key, shared);
      shared.users++;
      let released = false;
      try {
        const lock = await shared.lock;
        return { lost: lock.lost, release: () => leave(lock) };
      } catch (error) {
        forget();
        throw error;
      }

      async function leave(lock: Lock): Promise<void> {
        if (released) return;
        released = true;
        if (forget()) await lock.release();
      }

      /** @returns whether nobody uses it any more */
      function forget(): boolean {
        if (--shared.users > 0) return false;
        if (held.get(key) === shared) held.delete(key);
        return true;
      }
    },
  };
}
