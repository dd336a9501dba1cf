/** Decides which jobs run, and which come next. It knows only the id and the order of a job. */
export interface Queue {
  /** Adds a job behind all others of lower or equal order; it may begin at once. */
  enter(id: string, order: number): void;
  /** Removes a job that has ended, was paused or cancelled; another one may begin. */
  leave(id: string): void;
  isWaiting(id: string): boolean;
  /** Counted from 0; undefined for a job that is not queued. */
  positionOf(id: string): number | undefined;
  /** Moves a queued job to a place from 0, or to the end. @returns the changed orders */
  move(id: string, position: number): ReadonlyMap<string, number>;
  /** Returns an order behind all jobs here, and all remembered ones. */
  nextOrder(): number;
  /** Remembers that there is a job of this order, which may be added later. */
  remember(order: number): void;
  /** Stops: no further job begins. */
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
      // The same orders are assigned again, so that running jobs stay before queued ones.
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
