import { expect } from 'vitest';

/** Expects something of what `read` gives before long, with time to spare for a busy machine. */
export function soon<Value>(read: () => Value): ReturnType<typeof expect.poll<Value>> {
  return expect.poll(read);
}
