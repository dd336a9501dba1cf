import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import fc from 'fast-check';
import type { HubFault, HubFaultEffect } from '../../../src/hub/index.js';
import { createStage, fetchInto, KiB, type Stage } from './stage.js';

const SIZE = 1_500_000;
let stage: Stage;

beforeAll(async () => {
  stage = await createStage(SIZE);
});
afterEach(() => stage.hub.control.reset());
afterAll(() => stage.close());

const afterBytes = fc.nat(SIZE);
const action: fc.Arbitrary<HubFaultEffect> = fc.oneof(
  fc.record({ type: fc.constant('reset' as const), afterBytes }),
  fc.constant({ type: 'reset' as const }),
  fc.record({ type: fc.constant('truncated' as const), afterBytes }),
  fc.record({ type: fc.constant('short-range' as const), bytes: fc.integer({ min: 1000, max: SIZE }) }),
  fc.record({ type: fc.constant('wrong-content-range' as const), shift: fc.integer({ min: 1, max: 99 }) }),
  fc.record({ type: fc.constant('ignore-range' as const), body: fc.constantFrom('whole', 'part', 'html') }),
  fc.constant({ type: 'gzip' as const }),
  fc.constant({ type: 'refuse' as const }),
  fc.constant({ type: 'server-error' as const }),
  fc.constant({ type: 'rate-limit' as const, headers: false as const }),
  fc.constant({ type: 'no-content-length' as const }),
  fc.record({
    type: fc.constant('slow-body' as const),
    bytesPerSecond: fc.integer({ min: 2_000_000, max: 20_000_000 }),
  }),
);
const fault: fc.Arbitrary<HubFault> = fc.record({
  when: fc.record({ route: fc.constant('cdn' as const), nth: fc.integer({ min: 1, max: 12 }) }),
  effect: action,
});

it('completes every file, and takes no byte twice, with any temporary faults', async () => {
  const story = fc.record({
    faults: fc.array(fault, { maxLength: 12 }),
    segmentBytes: fc.integer({ min: 20 * KiB, max: 2000 * KiB }),
    stored: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 9 }),
    connectionsAtStart: fc.integer({ min: 1, max: 8 }),
    breatheEvery: fc.option(fc.integer({ min: 1000, max: 300_000 }), { nil: undefined }),
  });
  await fc.assert(
    fc.asyncProperty(story, async ({ faults, segmentBytes, stored, connectionsAtStart, breatheEvery }) => {
      stage.hub.control.reset();
      stage.hub.faults.add(faults);
      const { sink, done, counters } = fetchInto(stage, {
        limits: {
          segmentBytes,
          shortestRunBytes: segmentBytes,
          connectionsAtStart,
          retryMs: 2,
          longestRetryMs: 10,
          violationAttempts: 20,
          streamBreaks: 20,
        },
        sink: {
          stored: (segment, length) => Math.floor(stored[segment % stored.length]! * length),
          ...(breatheEvery !== undefined && { breatheEvery }),
        },
      });
      await done;
      expect([sink.missing(), sink.repeated(), counters.connections]).toEqual([0, 0, 0]);
      expect(sink.sha256()).toBe(stage.sha256);
    }),
    { numRuns: 60 },
  );
});
