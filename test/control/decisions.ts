import fc from 'fast-check';
import type { Fault, DockControl } from '../../src/index.js';
import type { Opened } from './suite/door.js';

/** An act of a client or of a test over the control API. Jobs and models are named by number, so that any order of acts makes sense. */
export type Act =
  | { type: 'start' | 'poll' | 'pause' | 'resume' | 'cancel' | 'install' | 'uninstall' | 'load'; which: number }
  | { type: 'fail'; which: number; code: 'network_error' | 'checksum_mismatch' }
  | { type: 'advance'; ms: number }
  | { type: 'scenario'; scenario: string; pattern: string }
  | { type: 'fault'; fault: Fault };

const models = [
  'simulate/steady',
  'simulate/fails-at-50',
  'simulate/pauses-at-30',
  'simulate/finalizes-slowly',
  'simulate/instant',
  'simulate/held-at-42',
  'simulate/steady-from-42',
  'qwen/qwen3-8b',
  'ibm/granite-4-micro',
  'https://huggingface.co/bartowski/Some-Model-GGUF',
];

const which = fc.nat(models.length - 1);
const faults: Fault[] = [
  { effect: { type: 'status', status: 503 }, when: { chance: 0.5 } },
  { effect: { type: 'status', status: 429, headers: { 'Retry-After': '1' } }, when: { nth: [2, 3] }, times: 2 },
  { effect: { type: 'malformed-json' }, when: { route: 'status', chance: 0.3 } },
  { effect: { type: 'stale', msAgo: 700 }, when: { route: 'status' }, times: 3 },
];

export const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant('start' as const), which }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('poll' as const), which }) },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('advance' as const),
      ms: fc.oneof(fc.nat(5000), fc.nat(500_000)),
    }),
  },
  fc.record({
    type: fc.constantFrom('pause' as const, 'resume' as const, 'cancel' as const),
    which,
  }),
  fc.record({ type: fc.constantFrom('install' as const, 'uninstall' as const, 'load' as const), which }),
  fc.record({
    type: fc.constant('fail' as const),
    which,
    code: fc.constantFrom('network_error' as const, 'checksum_mismatch' as const),
  }),
  fc.record({
    type: fc.constant('scenario' as const),
    scenario: fc.constantFrom('flaky', 'rewinds', 'disk-full', 'slow'),
    pattern: fc.constantFrom('*', 'qwen/*', '*@q8_0'),
  }),
  fc.record({ type: fc.constant('fault' as const), fault: fc.constantFrom(...faults) }),
);

/** Does it, and answers with everything that is told about it: an answer, a refusal, or what the control returned. */
export async function perform(one: Act, { control, client }: Pick<Opened, 'control' | 'client'>): Promise<unknown> {
  try {
    switch (one.type) {
      case 'start':
        return await client('POST', '/api/v1/models/download', { model: models[one.which] });
      case 'poll':
        return await client('GET', `/api/v1/models/download/status/${await jobOf(one.which, control)}`);
      case 'load':
        return await client('POST', '/api/v1/models/load', { model: await keyOf(one.which, control) });
      case 'pause':
      case 'resume':
      case 'cancel':
        return await control.jobs[one.type](await jobOf(one.which, control));
      case 'fail':
        return await control.jobs.fail(await jobOf(one.which, control), { code: one.code });
      case 'install':
        return await control.models.add(models[one.which]!);
      case 'uninstall':
        await control.models.remove(await keyOf(one.which, control));
        return 'uninstalled';
      case 'advance':
        return await control.clock.advance(one.ms);
      case 'scenario':
        return await control.scenario.set({ rules: [{ model: one.pattern, scenario: one.scenario }] });
      case 'fault':
        return await control.faults.add(one.fault);
    }
  } catch (error) {
    const { name, message } = error as Error;
    return `${name}: ${message}`;
  }
}

/** All that can be seen of a world. */
export async function lookAt({ control, client }: Pick<Opened, 'control' | 'client'>): Promise<unknown> {
  return {
    clock: await control.clock.get(),
    jobs: await control.jobs.list(),
    scenario: await control.scenario.get(),
    faults: await control.faults.list(),
    models: await control.models.list(),
    told: (await client('GET', '/api/v1/models')).body,
  };
}

async function jobOf(number: number, control: DockControl): Promise<string> {
  const jobs = await control.jobs.list();
  return jobs.length === 0 ? 'job_of_nobody' : jobs[number % jobs.length]!.id;
}

async function keyOf(number: number, control: DockControl): Promise<string> {
  const installed = await control.models.list();
  return installed.length === 0 ? 'no/such-model' : installed[number % installed.length]!.key;
}
