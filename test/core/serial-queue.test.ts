import { describe, expect, it } from 'vitest';
import { createSerialQueue } from '../../src/core/serial-queue.js';

describe('a serial queue', () => {
  it('begins work when the work before it has ended, failed or not', async () => {
    const queue = createSerialQueue();
    const seen: string[] = [];
    const work =
      (name: string, fails = false) =>
      async (): Promise<string> => {
        seen.push(`${name} begins`);
        await Promise.resolve();
        seen.push(`${name} ends`);
        if (fails) throw new Error(name);
        return name;
      };
    const results = await Promise.allSettled([
      queue(work('a')),
      queue(work('b', true)),
      queue(work('c')),
      queue(() => 1),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    expect(seen).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  });
});
