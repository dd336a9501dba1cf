import { describe, expect, it } from 'vitest';
import { createQueue } from '../../../src/real/jobs/queue.js';

function openQueue(atOnce: number) {
  const begun: string[] = [];
  return { begun, ...createQueue(atOnce, (id) => begun.push(id)) };
}

describe('the queue', () => {
  it('lets as many run as there is room for, the others in the order of their coming', () => {
    const queue = openQueue(2);
    for (const id of ['a', 'b', 'c', 'd']) queue.enter(id, queue.nextOrder());
    expect(queue.begun).toEqual(['a', 'b']);
    expect([queue.positionOf('b'), queue.positionOf('c'), queue.positionOf('d')]).toEqual([undefined, 0, 1]);
    queue.leave('a');
    expect(queue.begun).toEqual(['a', 'b', 'c']);
    queue.leave('b');
    queue.leave('c');
    expect(queue.begun).toEqual(['a', 'b', 'c', 'd']);
  });

  it('keeps the order that jobs bring along', () => {
    const queue = openQueue(1);
    queue.enter('runs', 5);
    for (const [id, order] of [
      ['late', 9],
      ['early', 2],
      ['middle', 6],
    ] as const)
      queue.enter(id, order);
    expect(['early', 'middle', 'late'].map((id) => queue.positionOf(id))).toEqual([0, 1, 2]);
    expect(queue.nextOrder()).toBe(10);
  });

  it('moves a waiting job, and returns the orders that changed', () => {
    const queue = openQueue(1);
    for (const [id, order] of [
      ['runs', 1],
      ['a', 2],
      ['b', 3],
      ['c', 7],
    ] as const)
      queue.enter(id, order);
    expect(queue.move('c', 0)).toEqual(
      new Map([
        ['c', 2],
        ['a', 3],
        ['b', 7],
      ]),
    );
    expect(['c', 'a', 'b'].map((id) => queue.positionOf(id))).toEqual([0, 1, 2]);
    expect(queue.move('a', 99)).toEqual(
      new Map([
        ['b', 3],
        ['a', 7],
      ]),
    );
    expect(queue.move('a', 2)).toEqual(new Map());
    queue.leave('runs');
    expect(queue.begun).toEqual(['runs', 'c']);
  });

  it('does not move what runs, or is not there', () => {
    const queue = openQueue(1);
    queue.enter('runs', 1);
    queue.enter('waits', 2);
    expect(queue.move('runs', 0)).toEqual(new Map());
    expect(queue.move('nobody', 0)).toEqual(new Map());
    expect(queue.isWaiting('waits')).toBe(true);
    expect(queue.isWaiting('runs')).toBe(false);
  });

  it('forgets a waiting job that leaves', () => {
    const queue = openQueue(1);
    queue.enter('a', 1);
    queue.enter('b', 2);
    queue.enter('c', 3);
    queue.leave('b');
    queue.leave('a');
    expect(queue.begun).toEqual(['a', 'c']);
  });

  it('begins nothing once it is closed', () => {
    const queue = openQueue(1);
    queue.enter('a', 1);
    queue.enter('b', 2);
    queue.close();
    queue.leave('a');
    expect(queue.begun).toEqual(['a']);
  });
});
