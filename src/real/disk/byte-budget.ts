/** Limits the bytes in this process that are not in a journal yet. */
export interface ByteBudget {
  /** Counts bytes that arrived. Returns false if no more should be read until `ready` resolves. */
  take(bytes: number): boolean;
  /** Releases bytes that are in a journal now, or were dropped. */
  release(bytes: number): void;
  /** True from the moment the budget is full until there is room again. */
  isFull(): boolean;
  /** Resolves when there is room. */
  ready(): Promise<void>;
  /**
   * Calls back when the budget fills up, so that held bytes are written, however few. @returns a function that stops it
   */
  onFull(flush: () => void): () => void;
}

/**
 * The budget counts as full below its limit, because the bytes in the buffers of 48 paused sockets still arrive. It
 * stays full until half of it is released, so that sockets are not paused and resumed at every chunk.
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
