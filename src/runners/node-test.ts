import { test as base, type TestContext, type TestOptions } from 'node:test';
import { areTimersFaked } from './fixture/fake-timers.js';
import type { Lm } from './fixture/lm.js';
import type { LmOptions } from './open-session.js';
import { runWithLm } from './run-with-lm.js';

export type * from './fixture/exported-types.js';
export type { LmOptions } from './open-session.js';
export type { HandlersTarget } from './msw-address.js';

/** What a test is handed. */
export interface NodeLmTestContext {
  /** An isolated LM Studio. */
  lm: Lm;
  /** What node:test hands to a test: `t.mock`, `t.signal`, `t.diagnostic()` and so on. */
  t: TestContext;
}

/** The body of a test. */
export type NodeLmTestFunction = (context: NodeLmTestContext) => unknown;

/** Declares a test with an LM Studio of its own, as node:test's `test` does. */
export interface DeclareNodeLmTest {
  (title: string, run: NodeLmTestFunction): Promise<void>;
  (title: string, options: TestOptions, run: NodeLmTestFunction): Promise<void>;
}

/** node:test's `test`, with an LM Studio for each test. */
export interface NodeLmTestApi extends DeclareNodeLmTest {
  readonly only: DeclareNodeLmTest;
  readonly skip: DeclareNodeLmTest;
  readonly todo: DeclareNodeLmTest;
  /** Turns a body into one that node:test's own `it` and `t.test` take. */
  withLm(run: NodeLmTestFunction): (t: TestContext) => Promise<void>;
}

/**
 * Creates node:test's `test` with an LM Studio for each test.
 * @example
 * const test = createTest({ profile: 'lmstudio-0.4' });
 * test('asks for the model', async ({ lm }) => void (await lm.expectDownload('simulate/steady')));
 */
export function createTest(options: LmOptions = {}): NodeLmTestApi {
  const withLm = (run: NodeLmTestFunction) => (t: TestContext) =>
    runWithLm(
      t.name,
      options,
      (lm) => run({ lm, t }),
      () => (areTimersFaked() ? (ms) => t.mock.timers.tick(ms) : undefined),
    );
  const declaring =
    (declare: typeof base.only): DeclareNodeLmTest =>
    (title: string, ...rest: [NodeLmTestFunction] | [TestOptions, NodeLmTestFunction]) =>
      rest.length === 1 ? declare(title, withLm(rest[0])) : declare(title, rest[0], withLm(rest[1]));
  return Object.assign(declaring(base), {
    only: declaring(base.only),
    skip: declaring(base.skip),
    todo: declaring(base.todo),
    withLm,
  });
}

/**
 * node:test's `test` with an LM Studio for each test: on a clock that stands still, at `lm.url`, and at
 * `http://localhost:1234` while no other test runs.
 * @example
 * test('shows 42 %', async ({ lm }) => {
 *   const shown = watch(lm.url, 'simulate/steady');
 *   const job = await lm.expectDownload('simulate/steady');
 *   await job.goTo('42%');
 *   assert.equal(await shown.next(), '42 %');
 * });
 */
export const test: NodeLmTestApi = createTest();
