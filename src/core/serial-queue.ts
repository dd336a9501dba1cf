/** Runs work one piece after another, in the order given. A piece that fails keeps no other from running. */
export type SerialQueue = <Result>(work: () => Result | Promise<Result>) => Promise<Result>;

/** Creates a queue with nothing in it. */
export function createSerialQueue(): SerialQueue {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };
}
