/** Which jobs run, and which come next. Knows nothing of a job but its id and its order. */
export interface Queue {
  /** Puts a job behind all others of lower or equal order; it may begin at once. */
  enter(id: string, order: number): void;
  /** A job is over, paused or cancelled; another one may begin. */
  leave(id: string): void;
  isWaiting(id: string): boolean;
  /** From 0; undefined for a job that does not wait. */
  positionOf(id: string): number | undefined;
  /** Puts a waiting job at a place from 0, or last. @returns the new orders of those that have another one now */
  move(id: string, position: number): ReadonlyMap<string, number>;
  /** Behind all that are here, and all that are remembered. */
  nextOrder(): number;
  /** There is a job of this order, which may come in later. */
  remember(order: number): void;
  /** Nothing begins any more. */
  close(): void;
}

interface Entry {
  id: string;
  order: number;
}

/** @param begin must not throw; called at once, or when another job has left */
export function createQueue(atOnce: number, begin: (id: string) => void): Queue {
  const running = new Map<string, number>();
  let waiting: Entry[] = [];
  let highest = 0;
  let closed = false;

  return {
    enter: (id, order) => {
      highest = Math.max(highest, order);
      waiting.push({ id, order });
      waiting.sort((one, other) => one.order - other.order);
      fill();
    },
    leave: (id) => {
      running.delete(id);
      waiting = waiting.filter((entry) => entry.id !== id);
      fill();
    },
    isWaiting: (id) => waiting.some((entry) => entry.id === id),
    positionOf: (id) => {
      const position = waiting.findIndex((entry) => entry.id === id);
      return position === -1 ? undefined : position;
    },
    move: (id, position) => {
      const moved = waiting.find((entry) => entry.id === id);
      if (!moved) return new Map();
      // The same orders are handed out anew: what runs stays in front of what waits.
      const orders = waiting.map(({ order }) => order);
      const others = waiting.filter((entry) => entry !== moved);
      const sorted = others.toSpliced(position, 0, moved);
      const changed = new Map<string, number>();
      waiting = sorted.map((entry, index) => {
        const order = orders[index]!;
        if (order !== entry.order) changed.set(entry.id, order);
        return { id: entry.id, order };
      });
      return changed;
    },
    nextOrder: () => ++highest,
    remember: (order) => {
      highest = Math.max(highest, order);
    },
    close: () => {
      closed = true;
    },
  };

  function fill(): void {
    while (!closed && running.size < atOnce) {
      const next = waiting.shift();
      if (!next) return;
      running.set(next.id, next.order);
      begin(next.id);
    }
  }
}
