import { createDock, type SimulatedDockOptions } from '../create-dock.js';
import type { FindingId } from '../control/findings/finding.js';
import { createLm, type LmContext, type OpenLm } from './fixture/lm.js';
import { nameSession } from './fixture/name-session.js';
import { openMswAddress, type HandlersTarget } from './msw-address.js';

/** How the LM Studio of a test behaves, and where its client looks for it. */
export interface LmOptions extends Omit<SimulatedDockOptions, 'storage' | 'snapshot' | 'cors' | 'onForeignOrigin'> {
  /** Where the client under test expects LM Studio. `http://localhost:1234` by default. */
  baseUrl?: string;
  /** Findings that fail no test; none by default. A single test says `lm.ignoreFindings(…)`. */
  ignoreFindings?: readonly FindingId[];
  /**
   * Your own server of MSW (`setupServer()`), which gets the handlers while a test runs. Without it there is one of its
   * own, which lets every other request pass.
   */
  server?: HandlersTarget;
}

/** The session of a test in this process. */
export interface TestSession extends OpenLm {
  close(): Promise<void>;
}

/**
 * Opens a session for a test, behind MSW, on a clock that stands still.
 * @param title of the test
 * @param fakedTimers finds how to advance the timers that the test has faked
 */
export function openSession(title: string, options: LmOptions, fakedTimers?: LmContext['fakedTimers']): TestSession {
  const { baseUrl = 'http://localhost:1234', ignoreFindings = [], server, ...dockOptions } = options;
  const session = nameSession(title);
  const dock = createDock({ speed: 0, dates: 'caller', seed: session, ...dockOptions });
  const { address, leave } = openMswAddress(baseUrl, server);
  const remove = address.add(session, dock.api);
  const opened = createLm({
    url: `${baseUrl.replace(/\/$/, '')}/s/${session}`,
    session,
    control: dock,
    ignoreFindings,
    ...(fakedTimers && { fakedTimers }),
  });
  return {
    ...opened,
    close: async () => {
      // A poll under way belongs to this test.
      await dock.settled({ timeoutMs: 100 }).catch(() => undefined);
      remove();
      leave();
      dock.close();
    },
  };
}
