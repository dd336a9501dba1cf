import { ControlError } from '../../control/base/control-error.js';
import type { DockControl } from '../../control/contract/dock-control.js';
import { reportFindings } from '../../control/findings/report.js';
import type { Finding } from '../../control/findings/findings.js';
import type { JournalEntry } from '../../control/journal/journal.js';
import { toReplayToken } from '../../control/session/replay-token.js';
import { commandName } from '../welcome.js';

/** A session that a program used. */
export interface SessionReport {
  name: string;
  calls: number;
  /** How many findings could be judged. */
  findings: number;
  text: { calls: string; findings: string; replay: string };
}

const SHOWN_CALLS = 12;
const SHOWN_SESSIONS = 5;

/** Reads what happened in each session that was called. */
export async function reportSessions(
  sessions: readonly { name: string; control: DockControl }[],
): Promise<readonly SessionReport[]> {
  const reports = await Promise.all(sessions.map(({ name, control }) => reportSession(name, control)));
  return reports.filter(({ calls }) => calls > 0);
}

/** Describes sessions for people, those with findings first; with their last calls where the program failed. */
export function describeReports(reports: readonly SessionReport[], { withCalls }: { withCalls: boolean }): string {
  if (reports.length === 0)
    return 'It sent no call: is its address read from MODELDOCK_URL, or a variable set with --as?';
  const relevant = reports
    .filter(({ findings }) => withCalls || findings > 0)
    .sort((one, other) => other.findings - one.findings);
  const shown = relevant
    .slice(0, SHOWN_SESSIONS)
    .map(({ name, text }) =>
      [`Session ${name}`, ...(withCalls ? [text.calls] : []), text.findings, text.replay].join('\n\n'),
    );
  const more = relevant.length - shown.length;
  return [...shown, ...(more > 0 ? [`${more} more sessions are not shown.`] : [])].join('\n\n');
}

async function reportSession(name: string, control: DockControl): Promise<SessionReport> {
  const entries = await control.journal.list();
  const findings = await control.findings();
  return {
    name,
    calls: entries.length,
    findings: findings.filter(({ judged }) => judged === true).length,
    text: {
      calls: describeCalls(entries),
      findings: describeFindings(findings),
      replay: await describeReplay(control),
    },
  };
}

function describeFindings(findings: readonly Finding[]): string {
  return reportFindings(findings);
}

function describeCalls(entries: readonly JournalEntry[]): string {
  const shown = entries.slice(-SHOWN_CALLS);
  const heading = shown.length === entries.length ? 'Calls:' : `The last ${shown.length} of ${entries.length} calls:`;
  return [heading, ...shown.map((entry) => `  ${describeCall(entry)}`)].join('\n');
}

function describeCall({ method, path, status, request, fault }: JournalEntry): string {
  const body = request.body === undefined ? '' : ` ${request.body.text.slice(0, 100)}`;
  return `${method} ${path}${body} → ${status}${fault ? `  (changed by ${fault.id} (${fault.type}))` : ''}`;
}

async function describeReplay(control: DockControl): Promise<string> {
  try {
    return `Replay: ${commandName()} --replay ${await toReplayToken(await control.snapshot())}`;
  } catch (error) {
    if (error instanceof ControlError) return `Replay: ${error.message}`;
    throw error;
  }
}
