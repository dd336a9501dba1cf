import type { DockControl } from '../control/contract/dock-control.js';
import type { FindingId } from '../control/findings/finding.js';
import { createDock, type SimulatedDockOptions } from '../create-dock.js';
import { connect } from '../testing/client.js';

/** How the LM Studio of a test behaves, and where its pages look for it. */
export interface PlaywrightLmOptions extends Omit<
  SimulatedDockOptions,
  'storage' | 'snapshot' | 'cors' | 'onForeignOrigin'
> {
  /** Where the pages under test expect LM Studio. `http://localhost:1234` by default. */
  baseUrl?: string;
  /** Findings that fail no test; none by default. A single test says `lm.ignoreFindings(…)`. */
  ignoreFindings?: readonly FindingId[];
  /**
   * The address of a running `modeldock`, in a session of which the calls are answered, such as `http://127.0.0.1:41231`.
   * Without it they are answered in Playwright's worker.
   */
  server?: string;
  /** The control token of that server, where it has one. */
  controlToken?: string;
  /**
   * What `Date` shows in the pages: `page`, the session's time, which moves with `job.goTo` and `lm.pass`; or `machine`,
   * left as it is. `page` by default.
   */
  clock?: 'page' | 'machine';
}

/** What answers the calls of a test's pages. */
export interface Backend {
  control: DockControl;
  url: string;
  fetch: (request: Request) => Promise<Response>;
  /** Rejects once it is closed. */
  closed: Promise<never>;
  close: () => Promise<void>;
}

/** The time that pages show at first, so that two runs of a test make the same picture. */
const FIRST_MOMENT = '2026-01-15T09:30:00.000Z';

/** @throws RangeError for options that a session of a running server cannot have */
export async function openBackend(session: string, options: PlaywrightLmOptions): Promise<Backend> {
  const {
    server,
    clock = 'page',
    baseUrl = 'http://localhost:1234',
    controlToken,
    ignoreFindings: _,
    ...dock
  } = options;
  const first = clock === 'page' ? { now: FIRST_MOMENT } : {};
  const { closed, close } = createClosing();
  if (server !== undefined) {
    const control = connect(server, { session, ...(controlToken !== undefined && { controlToken }) });
    const { scenario, now = first.now, ...rest } = dock;
    refuseDockOptions(Object.keys(rest));
    await control.clock.set({ mode: 'frozen', ...(now !== undefined && { now: new Date(now).getTime() }) });
    if (scenario !== undefined) await control.scenario.set({ scenario });
    return { control, url: control.baseUrl, fetch: (request) => forward(request, control.baseUrl), closed, close };
  }
  const opened = createDock({ speed: 0, seed: session.replace(/-[^-]*$/, ''), ...first, ...dock });
  const closeBoth = async (): Promise<void> => {
    await close();
    opened.close();
  };
  return { control: opened, url: baseUrl, fetch: (request) => opened.api.fetch(request), closed, close: closeBoth };
}

function createClosing(): { closed: Promise<never>; close: () => Promise<void> } {
  let reject: (reason: Error) => void = () => undefined;
  const closed = new Promise<never>((_, refuse) => (reject = refuse));
  closed.catch(() => undefined);
  return { closed, close: async () => reject(new Error('The test has ended.')) };
}

function refuseDockOptions(names: readonly string[]): void {
  if (names.length === 0) return;
  throw new RangeError(
    `Cannot use the option ${names.join(', ')} with a running server: its sessions have what the server was started with. ` +
      'Give it to the server, or leave out server.',
  );
}

function forward(request: Request, baseUrl: string): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const headers = new Headers(request.headers);
  // They belong to the connection between the page and this address.
  for (const name of ['host', 'connection', 'content-length', 'origin', 'accept-encoding']) headers.delete(name);
  const hasBody = request.body !== null;
  return fetch(`${baseUrl}${pathname}${search}`, {
    method: request.method,
    headers,
    ...(hasBody && { body: request.body, duplex: 'half' }),
  });
}
