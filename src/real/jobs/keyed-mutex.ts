/** Runs tasks with the same key one after another; tasks with different keys run in parallel. */
export type KeyedMutex = <Result>(thing: string, work: () => Promise<Result>) => Promise<Result>;

export function createKeyedMutex(): KeyedMutex {
  const last = new Map<string, Promise<unknown>>();
  return async (thing, work) => {
    const turn = (last.get(thing) ?? Promise.resolve()).then(work);
    const over = turn.catch(() => undefined);
    last.set(thing, over);
    try {
      return await turn;
    } finally {
      if (last.get(thing) === over) last.delete(thing);
    }
  };
}
