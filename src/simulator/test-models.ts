import type { DownloadRequest } from '../core/engine.js';
import { RefusedError, type RefusalCode } from '../core/errors.js';
import type { Opening } from './opening.js';
import type { Scenario } from './scenario.js';

/*
 * The owner of test models, which exist only in modeldock. A client in any language selects one by name, like a test
 * card of a payment service: `simulate/fails-at-50`, or `https://huggingface.co/simulate/fails-at-50`. The numbers are
 * parameters. The suffix `-run-<anything>` only makes it another model, so that two tests never share one.
 */

export const TEST_MODEL_OWNER = 'simulate';

/** What a test model does: it plays a scenario, from its start or from a moment on, is refused, or is there already. */
export type TestModel = { scenario: Scenario; opening?: Opening } | { refusal: RefusalCode } | 'already_downloaded';

/** Every test model has a round size, so that a percentage is a round number of bytes. */
export const TEST_MODEL_BYTES = 1_000_000_000;

/** Test models that differ by one number. */
export interface TestModelFamily {
  /** The name under `simulate/`; `N` stands for a whole percentage. */
  spelling: string;
  /** What it does, in a few words. */
  description: string;
  /** Makes the test model of a fraction, 0 to 1; families without an `N` do not look at it. */
  ask: (fraction: number) => TestModel;
}

const connect = { type: 'connect', ms: 100 } as const;
const transfer = { type: 'transfer', bytesPerSecond: 100_000_000 } as const;
const failure = { type: 'fail', code: 'network_error', reason: 'The connection was reset.' } as const;
const play = (...steps: Scenario['steps']): TestModel => ({ scenario: { steps } });
const steadyFrom = (progress: number, isHeld: boolean): TestModel => ({
  scenario: { steps: [connect, transfer] },
  opening: { moment: { progress }, isHeld },
});

/** All test models. */
export const testModels: readonly TestModelFamily[] = [
  {
    spelling: 'instant',
    description: 'completed in the first answer',
    ask: () => play({ type: 'trace', samples: [[0, Number.MAX_SAFE_INTEGER]] }),
  },
  { spelling: 'steady', description: '10 s at 100 MB/s', ask: () => play(connect, transfer) },
  {
    spelling: 'steady-from-N',
    description: 'as steady, and at N % in the first answer',
    ask: (progress) => steadyFrom(progress, false),
  },
  {
    spelling: 'held-at-N',
    description:
      'at N % in the first answer, and held there, with a speed and an estimate, until control resumes it or moves the clock',
    ask: (progress) => steadyFrom(progress, true),
  },
  {
    spelling: 'slow',
    description: '1 MB/s, a quarter of an hour',
    ask: () => play(connect, { ...transfer, bytesPerSecond: 1_000_000 }),
  },
  {
    spelling: 'stalls-at-N',
    description: 'downloading forever at N %, speed 0',
    ask: (until) => play(connect, { ...transfer, until }, { type: 'stall' }),
  },
  {
    spelling: 'fails-at-N',
    description: 'fails with network_error at N %; a retry continues from there and completes',
    ask: (until) => play(connect, { ...transfer, until }, failure, connect, transfer),
  },
  {
    spelling: 'always-fails-at-N',
    description: 'the same, but each retry fails as well',
    ask: (until) => ({ scenario: { steps: [connect, { ...transfer, until }, failure], repeat: true } }),
  },
  {
    spelling: 'pauses-at-N',
    description: 'paused at N % until a control call resumes it',
    ask: (until) => play(connect, { ...transfer, until }, { type: 'pause' }, transfer),
  },
  {
    spelling: 'rewinds-at-N',
    description: 'falls back from N % to half of it, once',
    ask: (until) => play(connect, { ...transfer, until }, { type: 'rewind', to: until / 2 }, transfer),
  },
  {
    spelling: 'checksum-mismatch',
    description: 'fails after the last byte; a retry starts from 0 and completes',
    ask: () =>
      play(
        connect,
        transfer,
        { type: 'finalize', ms: 1000 },
        {
          type: 'fail',
          code: 'checksum_mismatch',
          reason: 'The sha256 of the file is not the one the hub names.',
        },
        connect,
        transfer,
      ),
  },
  {
    spelling: 'disk-full',
    description: 'paused with disk_full at 70 % until a control call resumes it',
    ask: () =>
      play(
        connect,
        { ...transfer, until: 0.7 },
        { type: 'pause', code: 'disk_full', reason: 'There is no space left on the disk.' },
        transfer,
      ),
  },
  {
    spelling: 'rate-limited',
    description: 'stops for 30 s at 20 %, then continues and completes',
    ask: () => play(connect, { ...transfer, until: 0.2 }, { type: 'stall', ms: 30_000 }, transfer),
  },
  {
    spelling: 'finalizes-slowly',
    description: 'downloading for 10 s with all bytes there',
    ask: () => play(connect, transfer, { type: 'finalize', ms: 10_000 }),
  },
  {
    spelling: 'finalizes-forever',
    description: 'downloading forever with all bytes there',
    ask: () => play(connect, transfer, { type: 'finalize' }),
  },
  { spelling: 'already-downloaded', description: 'already_downloaded', ask: () => 'already_downloaded' },
  { spelling: 'not-found', description: '404 model_not_found', ask: () => ({ refusal: 'model_not_found' }) },
  {
    spelling: 'no-gguf',
    description: '404 no compatible download options',
    ask: () => ({ refusal: 'no_compatible_option' }),
  },
  { spelling: 'gated', description: '403, a repo that needs a token', ask: () => ({ refusal: 'gated_no_token' }) },
  {
    spelling: 'hub-unavailable',
    description: '503 with Retry-After',
    ask: () => ({ refusal: 'hub_unavailable' }),
  },
];

/** The names of all test models, for the refusal of an unknown name. */
export const TEST_MODEL_NAMES = `The test models under ${TEST_MODEL_OWNER}/ are: ${testModels.map(({ spelling }) => spelling).join(', ')}; N is a whole number from 0 to 100.`;

/**
 * Finds the test model of a name under `simulate/`; undefined if there is none. Jobs of one test model share its data:
 * a million jobs hold the scenario once.
 */
export function createTestModelFinder(): (name: string) => TestModel | undefined {
  const found = new Map<string, TestModel>();
  return (name) => {
    const elapsed = name.toLowerCase().replace(/-run-.*$/, '');
    const testModel = found.get(elapsed) ?? findTestModel(elapsed);
    // Only valid names are kept, so that the number of entries is limited.
    if (testModel) found.set(elapsed, testModel);
    return testModel;
  };
}

function findTestModel(elapsed: string): TestModel | undefined {
  for (const { spelling, ask } of testModels) {
    if (spelling === elapsed) return ask(1);
    if (!spelling.endsWith('N')) continue;
    const percent = elapsed.startsWith(spelling.slice(0, -1)) ? elapsed.slice(spelling.length - 1) : '';
    if (/^\d{1,3}$/.test(percent) && Number(percent) <= 100) return ask(Number(percent) / 100);
  }
  return undefined;
}

/** Returns the refusal of a test model. */
export function testModelRefusal(code: RefusalCode, { model }: DownloadRequest): RefusedError {
  const subject = model.source === 'catalog' ? model.id : model.url;
  return new RefusedError(code, subject, `The simulated hub refuses ${subject}: ${code}.`, {
    ...(code === 'hub_unavailable' && { retryAfterMs: 5000 }),
  });
}
