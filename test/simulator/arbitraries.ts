import fc from 'fast-check';
import { parseScenario, type ScenarioStep } from '../../src/index.js';

/** Every run of the properties sees the same cases. */
export const SEED = 20251003;

/** How many cases a property is tried on: fewer while mutants are tested, each of which runs all of them. */
export function runs(count: number): number {
  return Math.ceil(count / Number(process.env.MODELDOCK_FEWER_RUNS ?? 1));
}

const ms = fc.oneof(fc.integer({ min: 0, max: 30_000 }), fc.constantFrom(0, 1, 4999, 5000, 10_000));
const fraction = fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 0.5, 1));
const place = fc.oneof(fraction, fc.record({ bytes: fc.maxSafeNat() }), fc.record({ bytes: fc.nat(100_000) }));
const speed = fc.oneof(
  { weight: 4, arbitrary: fc.double({ min: 1, max: 1e6, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(5e-324, 1e-9, 1e300, Number.MAX_VALUE) },
);
const code = fc.constantFrom('network_error', 'checksum_mismatch', 'disk_full', 'cancelled');
const samples = fc
  .array(fc.tuple(fc.nat(5000), fc.nat(100_000)), { minLength: 1, maxLength: 6 })
  .map((steps): [number, number][] => {
    let [at, bytes] = [0, 0];
    return steps.map(([later, more]) => [(at += later), (bytes += more)]);
  });

const connect = fc.record({ type: fc.constant('connect' as const), ms });
const transfer = fc.record(
  { type: fc.constant('transfer' as const), bytesPerSecond: speed, until: place, wobble: fraction },
  { requiredKeys: ['type', 'bytesPerSecond'] },
);
const stall = fc.record({ type: fc.constant('stall' as const), ms });
const pause = fc.record({ type: fc.constant('pause' as const), ms }, { requiredKeys: ['type'] });
const rewind = fc.record({ type: fc.constant('rewind' as const), to: place });
const trace = fc.record({ type: fc.constant('trace' as const), samples });
const fail = fc.record({ type: fc.constant('fail' as const), code });
const whole = fc.record({ type: fc.constant('transfer' as const), bytesPerSecond: speed });
const finalize = fc.record({ type: fc.constant('finalize' as const), ms });

const anywhere: fc.Arbitrary<ScenarioStep[]> = fc.oneof(
  { weight: 6, arbitrary: fc.oneof(connect, transfer, transfer, stall, pause, trace).map((step) => [step]) },
  { weight: 1, arbitrary: rewind.map((step) => [step]) },
  { weight: 1, arbitrary: fail.map((step) => [step]) },
  { weight: 1, arbitrary: fc.tuple(whole, finalize) },
);
const last: fc.Arbitrary<ScenarioStep[]> = fc.constantFrom<ScenarioStep[]>(
  [],
  [],
  [{ type: 'stall' }],
  [{ type: 'transfer', bytesPerSecond: 1000 }, { type: 'finalize' }],
);

/** Any scenario that can be played. */
export const scenario: fc.Arbitrary<ScenarioStep[]> = fc
  .tuple(fc.array(anywhere, { maxLength: 6 }), last)
  .map(([chapters, end]) => [...chapters.flat(), ...end])
  .map((steps) => parseScenario(steps).steps);

/** From a byte to more than any disk holds. */
export const size: fc.Arbitrary<number> = fc.oneof(
  fc.integer({ min: 1, max: 200_000 }),
  fc.constantFrom(1, 2, 2_279_145_003, Number.MAX_SAFE_INTEGER),
);

/** What happens to a job, and how many milliseconds after what happened before. */
export const events = fc.array(
  fc.record({
    after: fc.oneof(fc.nat(20_000), fc.constantFrom(0, 1, 1e9, 1e13)),
    event: fc.oneof(
      { weight: 5, arbitrary: fc.constant('look' as const) },
      { weight: 3, arbitrary: fc.constantFrom('pause' as const, 'resume' as const) },
      { weight: 1, arbitrary: fc.constantFrom('cancel' as const, 'fail' as const) },
    ),
  }),
  { maxLength: 14 },
);
export type Event = 'look' | 'pause' | 'resume' | 'cancel' | 'fail';
