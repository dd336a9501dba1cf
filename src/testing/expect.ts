import type { ModelName } from '../core/model-name.js';
import { routes } from '../api/routes.js';
import { ControlError } from '../control/base/control-error.js';
import type { FindingId } from '../control/findings/findings.js';
import { reportFindings } from '../control/findings/report.js';
import { describeCalls } from '../control/journal/describe-calls.js';
import type { JournalEntry } from '../control/journal/journal.js';
import type { JobReport, DockControl } from '../control/contract/dock-control.js';
import { describeGoal } from '../control/session/wait-for-job.js';
import { matchesModel } from '../core/text-pattern.js';
import { monotonicNow, wallSleep } from '../core/wall-timer.js';
import { withoutNotes } from './note-failures.js';
import { appendReplayNote, replayNote } from './replay-note.js';

/** An error about a client that did not do what a test expected. The message ends with how to restore the session. */
export class ExpectationError extends Error {
  override readonly name = 'ExpectationError';
}

/**
 * Fails if the journal shows a mistake of the client that would matter with a real LM Studio.
 * @throws ExpectationError with a report of what, why, and how to fix it
 */
export async function expectNoFindings(
  control: DockControl,
  { ignore = [] }: { ignore?: readonly FindingId[] } = {},
): Promise<void> {
  const findings = (await control.findings()).filter(({ id }) => !ignore.includes(id));
  if (!findings.some(({ judged }) => judged === true)) return;
  throw await failure(control, reportFindings(findings));
}

/** How far a download is expected to come; without a status and a progress, that it has begun. */
export interface ExpectedDownload {
  status?: JobReport['state'];
  /** A fraction of the size, 0 to 1. */
  progress?: number;
  /** How long the client may take, in ms of wall time; 5 s by default. */
  timeoutMs?: number;
}

/**
 * Waits until the client has asked for a model, and its download has reached a state. If the download fails and the
 * client asks again, the new download counts. On a frozen clock, the test must advance the clock.
 * @param model as a client asks for it, `*` for any text; without a quantization, any
 * @throws ExpectationError with what the client did instead
 */
export async function expectDownload(
  control: DockControl,
  model: ModelName,
  { timeoutMs = 5000, ...goal }: ExpectedDownload = {},
): Promise<JobReport> {
  const { jobs } = withoutNotes(control);
  const deadline = monotonicNow() + timeoutMs;
  let reason: string | undefined;
  do {
    const job = (await jobs.list()).findLast((each) => matchesModel(model, each.model));
    if (job) {
      try {
        return await jobs.wait(job.id, { ...goal, timeoutMs: Math.max(0, Math.ceil(deadline - monotonicNow())) });
      } catch (error) {
        if (!(error instanceof ControlError)) throw error;
        reason = error.message;
        if (error.code !== 'never') break;
      }
    }
    await wallSleep(LOOK_AGAIN_MS);
  } while (monotonicNow() < deadline);
  const calls = await control.journal.list();
  reason ??= `${describeAsking(calls, model) ?? 'no client asked for it'} within ${timeoutMs} ms`;
  throw await failure(control, `Expected ${describeDownload(model, goal)}: ${reason}\n\n${describeCalls(calls)}`);
}

/**
 * Runs a part of a test; if it fails, its error also says how to restore the session.
 * @throws what `run` throws, with a longer message
 */
export async function withReplay<Result>(control: DockControl, run: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof Error) await appendReplayNote(error, control);
    throw error;
  }
}

const LOOK_AGAIN_MS = 20;

async function failure(control: DockControl, text: string): Promise<ExpectationError> {
  return new ExpectationError(`${text}\n\n${await replayNote(control)}`);
}

function describeDownload(model: string, { status, progress }: ExpectedDownload): string {
  const goals = [status, progress === undefined ? undefined : `at ${describeGoal(undefined, progress)}`].filter(
    Boolean,
  );
  return goals.length === 0 ? `a download of ${model}` : `the download of ${model} to be ${goals.join(' and ')}`;
}

/** Describes the answers if a model was asked for without a job being created; undefined if it was not asked for. */
function describeAsking(calls: readonly JournalEntry[], model: string): string | undefined {
  const asking = calls.findLast(
    (call) => call.route === routes.download && call.model !== undefined && matchesModel(model, call.model),
  );
  if (!asking) return undefined;
  return asking.status === 200
    ? 'it was already downloaded when it was asked for, so no download began'
    : `it was asked for and answered ${asking.status}, and no download began`;
}
