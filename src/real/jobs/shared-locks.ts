import { takeLock, type Lock, type LockOptions } from '../library/locks.js';

/** Locks files for several jobs of one process: a catalog id and a link may mean the same files. */
export interface SharedLocks {
  /** @throws RefusedError model_busy if another process has it */
  take(options: Pick<LockOptions, 'root' | 'folder' | 'paths' | 'subject' | 'progress'>): Promise<Lock>;
}

interface Shared {
  lock: Promise<Lock>;
  users: number;
}

export function createSharedLocks(options: Pick<LockOptions, 'files' | 'clock' | 'limits'>): SharedLocks {
  const held = new Map<string, Shared>();
  const letGo = new Set<string>();
  /** A lock that is being released still looks like another process's. */
  const leaving = new Map<string, Promise<void>>();

  return {
    take: async (wanted) => {
      const key = JSON.stringify([wanted.root, wanted.folder, [...wanted.paths].sort()]);
      const shared = held.get(key) ?? { lock: takeAfter(leaving.get(key)), users: 0 };
      held.set(key, shared);
      shared.users++;
      let released: Promise<void> | undefined;
      try {
        const lock = await shared.lock;
        return { lost: lock.lost, release: () => (released ??= leave(lock)) };
      } catch (error) {
        forget();
        throw error;
      }

      async function takeAfter(left: Promise<void> | undefined): Promise<Lock> {
        await left;
        return takeLock({ ...options, ...wanted, released: letGo });
      }

      async function leave(lock: Lock): Promise<void> {
        if (!forget()) return;
        const release = lock.release();
        // An error is ignored here: the next user of the lock finds out its state.
        const left: Promise<void> = release.catch(() => undefined).then(() => forgetLeaving(left));
        leaving.set(key, left);
        await release;
      }

      function forgetLeaving(left: Promise<void>): void {
        if (leaving.get(key) === left) leaving.delete(key);
      }

      /** @returns whether no job uses it any more */
      function forget(): boolean {
        if (--shared.users > 0) return false;
        if (held.get(key) === shared) held.delete(key);
        return true;
      }
    },
  };
}
