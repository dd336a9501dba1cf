import { test as base, type TestAPI } from 'vitest';
import { appendReport, failOnFindings } from './fixture/report.js';
import type { Lm } from './fixture/lm.js';
import { openSession, type LmOptions } from './open-session.js';

export type * from './fixture/exported-types.js';
export type { LmOptions } from './open-session.js';
export type { HandlersTarget } from './msw-address.js';

/** What a test is handed. */
export interface VitestLmFixtures {
  /** An isolated LM Studio. A test that does not ask for it gets none. */
  lm: Lm;
  /** How it behaves. `test.override({ lmOptions: { scenario: 'slow' } })` changes it for a file or a `describe`. */
  lmOptions: LmOptions;
}

/**
 * Creates Vitest's `test` with an LM Studio for each test.
 * @example
 * const test = createTest({ profile: 'lmstudio-0.4', baseUrl: 'http://localhost:4321' });
 * test('shows the download', async ({ lm }) => void (await lm.expectDownload('simulate/steady')));
 */
export function createTest(options: LmOptions = {}): TestAPI<VitestLmFixtures> {
  return base.extend<VitestLmFixtures>({
    lmOptions: [options, { auto: false }],
    lm: async ({ lmOptions, task }, use) => {
      const session = openSession(task.name, lmOptions);
      try {
        await use(session.lm);
        const [error] = task.result?.errors ?? [];
        if (error) await appendReport(error, session.lm);
        else if (task.result?.state !== 'skip') await failOnFindings(session);
      } finally {
        await session.close();
      }
    },
  });
}

/**
 * Vitest's `test` with an LM Studio for each test: on a clock that stands still, at `lm.url`, and at `http://localhost:1234`
 * while no other test runs. A test that passes fails for the findings about its client; one that fails shows the client's
 * calls and how to bring its session back.
 * @example
 * test('shows 42 %', async ({ lm }) => {
 *   render(<DownloadPanel baseUrl={lm.url} model="simulate/steady" />);
 *   const job = await lm.expectDownload('simulate/steady');
 *   await job.goTo('42%');
 *   expect(await screen.findByText('42 %')).toBeVisible();
 * });
 */
export const test: TestAPI<VitestLmFixtures> = createTest();
