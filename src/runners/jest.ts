import type { Lm } from './fixture/lm.js';
import type { LmOptions } from './open-session.js';
import { runWithLm } from './run-with-lm.js';

export type * from './fixture/exported-types.js';
export type { LmOptions } from './open-session.js';
export type { HandlersTarget } from './msw-address.js';

/** The body of a test. */
export type JestLmTestFunction = (context: { lm: Lm }) => unknown;

/** Declares a test with an LM Studio of its own, as Jest's `test` does. */
export type DeclareJestLmTest = (title: string, run: JestLmTestFunction, timeoutMs?: number) => void;

/** Jest's `test`, with an LM Studio for each test. */
export interface JestLmTestApi extends DeclareJestLmTest {
  readonly only: DeclareJestLmTest;
  readonly skip: DeclareJestLmTest;
  readonly concurrent: DeclareJestLmTest;
  /**
   * Turns a body into one that Jest's own functions take.
   * @example
   * test.each(['simulate/steady', 'simulate/slow'])('shows %s', withLm(async ({ lm }, model) => void (await lm.expectDownload(model))));
   */
  withLm<Values extends unknown[]>(
    run: (context: { lm: Lm }, ...values: Values) => unknown,
  ): (...values: Values) => Promise<void>;
}

type Declare = (title: string, run: () => Promise<void>, timeoutMs?: number) => void;

/** What is used of Jest, whose types are a peer's that a project may do without. */
interface JestTest extends Declare {
  only: Declare;
  skip: Declare;
  concurrent: Declare;
}

/**
 * Creates Jest's `test` with an LM Studio for each test.
 * @throws Error outside Jest
 * @example
 * const test = createTest({ profile: 'lmstudio-0.4' });
 * test('asks for the model', async ({ lm }) => void (await lm.expectDownload('simulate/steady')));
 */
export function createTest(options: LmOptions = {}): JestLmTestApi {
  const run = (title: string, body: (lm: Lm) => unknown): Promise<void> => runWithLm(title, options, body);
  const declaring =
    (find: (test: JestTest) => Declare): DeclareJestLmTest =>
    (title, body, timeoutMs) =>
      find(jestTest())(title, () => run(title, (lm) => body({ lm })), timeoutMs);
  return Object.assign(
    declaring((test) => test),
    {
      only: declaring((test) => test.only),
      skip: declaring((test) => test.skip),
      concurrent: declaring((test) => test.concurrent),
      withLm:
        <Values extends unknown[]>(body: (context: { lm: Lm }, ...values: Values) => unknown) =>
        (...values: Values) =>
          run(currentTitle(), (lm) => body({ lm }, ...values)),
    },
  );
}

function currentTitle(): string {
  const { expect } = globalThis as { expect?: { getState(): { currentTestName?: string } } };
  return expect?.getState().currentTestName ?? 'test';
}

function jestTest(): JestTest {
  const { test: found } = globalThis as { test?: JestTest };
  if (found) return found;
  throw new Error(
    'Cannot declare a test: expected the global test of Jest, found none. Run the file with Jest, and leave injectGlobals on.',
  );
}

/**
 * Jest's `test` with an LM Studio for each test: on a clock that stands still, at `lm.url`, and at `http://localhost:1234`
 * while no other test runs. It needs Jest's ECMAScript modules: `NODE_OPTIONS=--experimental-vm-modules`.
 * @example
 * test('shows 42 %', async ({ lm }) => {
 *   render(createElement(DownloadPanel, { baseUrl: lm.url, model: 'simulate/steady' }));
 *   const job = await lm.expectDownload('simulate/steady');
 *   await job.goTo('42%');
 *   await screen.findByText('42 %');
 * });
 */
export const test: JestLmTestApi = createTest();
