import {
  expect as playwrightExpect,
  test as base,
  type BrowserContext,
  type Route,
  type TestInfo,
  type TestType,
} from '@playwright/test';
import type {
  PlaywrightTestArgs,
  PlaywrightTestOptions,
  PlaywrightWorkerArgs,
  PlaywrightWorkerOptions,
} from '@playwright/test';
import { parseBaseUrl } from '../handlers/base-url.js';
import type { OpenLm, Lm } from './fixture/lm.js';
import { createLm } from './fixture/lm.js';
import { nameSession } from './fixture/name-session.js';
import { appendReport, attachmentsOf, failOnFindings } from './fixture/report.js';
import { openBackend, type Backend, type PlaywrightLmOptions } from './playwright-backend.js';

export type * from './fixture/exported-types.js';
export type { PlaywrightLmOptions } from './playwright-backend.js';

/** Playwright's own `expect`. */
export const expect: typeof playwrightExpect = playwrightExpect;

/** What a test is handed. */
export interface PlaywrightLmFixtures {
  /** An isolated LM Studio for the pages of this test. */
  lm: Lm;
  /** How it behaves: `test.use({ lmOptions: { scenario: 'slow' } })`, or `use` in playwright.config.ts. */
  lmOptions: PlaywrightLmOptions;
}

/** Playwright's `test` with an LM Studio. */
export type PlaywrightLmTest = TestType<
  PlaywrightTestArgs & PlaywrightTestOptions & PlaywrightLmFixtures,
  PlaywrightWorkerArgs & PlaywrightWorkerOptions
>;

/**
 * Playwright's `test` with an LM Studio for each test. The calls of its pages are answered in Playwright's worker, or by a
 * session of a running server. The clock stands still, and `Date` in the pages shows the same time.
 * @example
 * test('shows 42 %', async ({ page, lm }) => {
 *   await page.goto('/');
 *   await page.getByRole('button', { name: 'Download' }).click();
 *   const job = await lm.expectDownload('simulate/steady');
 *   await job.goTo('42%');
 *   await expect(page.getByText('42 %')).toBeVisible();
 * });
 */
export const test: PlaywrightLmTest = base.extend<PlaywrightLmFixtures>({
  lmOptions: [{}, { option: true }],
  lm: async ({ context, lmOptions, baseURL }, use, testInfo) => {
    const opened = await open(context, absolute(lmOptions, baseURL), testInfo);
    try {
      await use(opened.lm);
      await judge(opened, testInfo);
    } finally {
      await opened.close();
    }
  },
});

/** A base URL may be a path on the pages' own origin. */
function absolute(options: PlaywrightLmOptions, baseURL: string | undefined): PlaywrightLmOptions {
  const { baseUrl } = options;
  return baseUrl !== undefined && baseURL !== undefined
    ? { ...options, baseUrl: new URL(baseUrl, baseURL).href }
    : options;
}

type Opened = OpenLm & { close: () => Promise<void> };

async function open(
  context: BrowserContext,
  options: PlaywrightLmOptions,
  { title, testId }: TestInfo,
): Promise<Opened> {
  // A server may have the sessions of an earlier run of the same test.
  const session = nameSession(title, `${testId.slice(-6)}-${Date.now().toString(36)}`);
  const backend = await openBackend(session, options);
  const { control } = backend;
  const pathOf = pathsOf(options, backend);

  await context.route(
    (url) => pathOf(url) !== undefined,
    async (route) => {
      const url = new URL(route.request().url());
      await answer(route, `${pathOf(url)!}${url.search}`, backend);
    },
  );
  const showTime = async (): Promise<void> => {
    if (options.clock !== 'machine') await context.clock.setFixedTime((await control.clock.get()).now);
  };
  await showTime();
  const opened = createLm({
    url: backend.url,
    session,
    control,
    ignoreFindings: options.ignoreFindings ?? [],
    moved: showTime,
  });
  return { ...opened, close: backend.close };
}

/** Finds the path of a call of this test's pages, for what goes to LM Studio's address or to the server's. */
function pathsOf(
  { baseUrl = 'http://localhost:1234' }: PlaywrightLmOptions,
  { url }: Backend,
): (url: URL) => string | undefined {
  const bases = [url, baseUrl].map((each) => parseBaseUrl(each, undefined));
  return (called) => bases.map((each) => each.pathOf(called)).find((path) => path !== undefined);
}

/** Answers a call of a page. A connection that breaks in the simulation breaks in the page. */
async function answer(route: Route, path: string, backend: Backend): Promise<void> {
  const request = route.request();
  const body = request.postDataBuffer();
  const called = new Request(`http://localhost${path}`, {
    method: request.method(),
    headers: await request.allHeaders().then(withoutPseudoHeaders),
    ...(body && { body: new Uint8Array(body) }),
  });
  try {
    const response = await Promise.race([backend.fetch(called), backend.closed]);
    const { status, headers } = response;
    const bytes = Buffer.from(await response.arrayBuffer());
    await route.fulfill({ status, headers: Object.fromEntries(headers), body: bytes });
  } catch {
    // The page may have gone in the meantime.
    await route.abort('connectionreset').catch(() => undefined);
  }
}

function withoutPseudoHeaders(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith(':')));
}

/** Attaches what happened to the report, and fails a test that passed for the findings about its page. */
async function judge(opened: OpenLm, testInfo: TestInfo): Promise<void> {
  for (const { name, ...attachment } of await attachmentsOf(opened)) await testInfo.attach(name, attachment);
  const [error] = testInfo.errors;
  if (error?.message !== undefined) await appendReport(error as { message: string }, opened.lm);
  else if (testInfo.status === testInfo.expectedStatus) await failOnFindings(opened);
}
