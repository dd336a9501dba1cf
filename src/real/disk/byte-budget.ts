/** What all parts of one process together may hold that is not in a journal yet. */
export interface ByteBudget {
  /** Counts bytes that arrived. Returns false when no more should come until `ready` resolves. */
  take(bytes: number): boolean;
  /** Gives back what is in a journal now, or was dropped. */
  release(bytes: number): void;
  /** From the moment it fills until there is room again. */
  isFull(): boolean;
  /** Resolves when there is room. */
  ready(): Promise<void>;
  /** Called when it fills: whoever holds bytes writes them now, however few. @returns how to stop */
  onFull(flush: () => void): () => void;
}

/**
 * It fills below its limit, because what already lies in the buffers of 48 paused sockets still arrives; and it is
 * full until half of it is given back, so that sockets are not paused and resumed at every chunk.
 */
const FULL_SHARE = 0.75;
const ROOM_SHARE = 0.5;

/** @param limit bytes */
export function createByteBudget(limit: number): ByteBudget {
  const holders = new Set<() => void>();
  let used = 0;
  let full = false;
  let waiting: (() => void)[] = [];

  return {
    take(bytes) {
      used += bytes;
      if (!full && used > limit * FULL_SHARE) {
        full = true;
        for (const flush of holders) flush();
      }
      return !full;
    },
    release(bytes) {
      used -= bytes;
      if (!full || used > limit * ROOM_SHARE) return;
      full = false;
      const resolved = waiting;
      waiting = [];
      for (const resolve of resolved) resolve();
    },
    isFull: () => full,
    ready: () => (full ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve()),
    onFull(flush) {
      holders.add(flush);
      return () => holders.delete(flush);
    },
  };
}
