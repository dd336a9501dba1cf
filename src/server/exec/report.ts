import type { DockControl } from '../../control/contract/dock-control.js';

/** A session that a program used. */
export interface UsedSession {
  calls: number;
  /** How many findings could be judged. */
  findings: number;
  control: DockControl;
}

const SHOWN_SESSIONS = 5;

/** Counts what happened in each session that was called. */
export async function countSessions(sessions: readonly { control: DockControl }[]): Promise<readonly UsedSession[]> {
  const used = await Promise.all(
    sessions.map(async ({ control }) => ({
      calls: (await control.journal.list()).length,
      findings: (await control.findings()).filter(({ judged }) => judged === true).length,
      control,
    })),
  );
  return used.filter(({ calls }) => calls > 0);
}

/** Reports sessions for people, those with the most findings first: their calls, findings and replay tokens. */
export async function reportSessions(sessions: readonly UsedSession[]): Promise<string> {
  if (sessions.length === 0) {
    return 'It sent no call: is its address read from MODELDOCK_URL, or a variable set with --as?';
  }
  const sorted = [...sessions].sort((one, other) => other.findings - one.findings);
  const shown = await Promise.all(sorted.slice(0, SHOWN_SESSIONS).map(({ control }) => control.report()));
  const more = sorted.length - shown.length;
  return [...shown.map((text) => text.trim()), ...(more > 0 ? [`${more} more sessions are not shown.`] : [])].join(
    '\n\n',
  );
}
