import { appendReport, failOnFindings } from './fixture/report.js';
import type { Lm, LmContext } from './fixture/lm.js';
import { openSession, type LmOptions } from './open-session.js';

/**
 * Runs a test with an LM Studio of its own. A test that passes fails for the findings about its client; the error of one
 * that fails ends with the client's calls and how to bring its session back.
 */
export async function runWithLm(
  title: string,
  options: LmOptions,
  run: (lm: Lm) => unknown,
  fakedTimers?: LmContext['fakedTimers'],
): Promise<void> {
  const session = openSession(title, options, fakedTimers);
  try {
    await run(session.lm);
    await failOnFindings(session);
  } catch (error) {
    if (error instanceof Error) await appendReport(error, session.lm);
    throw error;
  } finally {
    await session.close();
  }
}
