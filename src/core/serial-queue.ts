/**
 * Runs tasks one after another, in the order they were added. A failed task does not keep the next ones from running.
 */
export type SerialQueue = <Result>(work: () => Result | Promise<Result>) => Promise<Result>;

/** Creates an empty queue. */
export function createSerialQueue(): SerialQueue {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };
}
