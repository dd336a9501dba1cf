import { describe, expect, it } from 'vitest';
import { createConnectionSlots } from '../../../src/real/transfer/connection-slots.js';

describe('connection slots', () => {
  it('hold to the limits per host and in all', () => {
    const slots = createConnectionSlots({ connectionsPerHost: 2, connectionsInAll: 3 });
    const holder = slots.join(() => undefined);
    const given = ['a', 'a', 'a', 'b', 'b'].map((host) => holder.take(host) !== undefined);
    expect(given).toEqual([true, true, false, true, false]);
  });

  it('count one that is given back twice once', () => {
    const slots = createConnectionSlots({ connectionsPerHost: 2, connectionsInAll: 2 });
    const holder = slots.join(() => undefined);
    const giveBack = holder.take('a')!;
    holder.take('a');
    giveBack();
    giveBack();
    expect([holder.take('a'), holder.take('a')]).toEqual([expect.any(Function), undefined]);
  });

  it('go to the file with the fewest when one is released', () => {
    const slots = createConnectionSlots({ connectionsPerHost: 3, connectionsInAll: 3 });
    const got: string[] = [];
    const greedy = slots.join(() => greedy.take('a') !== undefined && got.push('greedy'));
    const poor = slots.join(() => poor.take('a') !== undefined && got.push('poor'));
    const given = [greedy.take('a')!, greedy.take('a')!, greedy.take('a')!];
    expect([greedy.take('a'), poor.take('a')]).toEqual([undefined, undefined]);
    given[0]!();
    expect(got).toEqual(['poor']);
    given[1]!();
    expect(got).toEqual(['poor', 'greedy']);
  });

  it('are not kept for one that does not want any more', () => {
    const slots = createConnectionSlots({ connectionsPerHost: 2, connectionsInAll: 2 });
    const wants = { poor: true };
    const got: string[] = [];
    const greedy = slots.join(() => greedy.take('a') !== undefined && got.push('greedy'));
    const poor = slots.join(() => wants.poor && poor.take('a'));
    const given = [greedy.take('a')!, greedy.take('a')!];
    expect([poor.take('a'), greedy.take('a')]).toEqual([undefined, undefined]);
    wants.poor = false;
    given[0]!();
    expect(got).toEqual(['greedy']);
    expect(poor.take('a')).toBeUndefined();
  });

  it('remember the longest time a host wants to be left alone', () => {
    const slots = createConnectionSlots({ connectionsPerHost: 2, connectionsInAll: 2 });
    slots.hold('a', 500);
    slots.hold('a', 300);
    expect([slots.heldUntil('a'), slots.heldUntil('b')]).toEqual([500, 0]);
  });
});
