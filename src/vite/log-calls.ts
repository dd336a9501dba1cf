import type { Logger } from 'vite';
import type { Api } from '../api/api.js';
import type { Answer, Call } from '../api/call.js';
import { fetchFrom } from '../api/fetch.js';
import { matchRoute } from '../api/routes.js';
import { reportFindings } from '../control/findings/report.js';
import { isControlPath } from '../control/http/control-path.js';
import { sessionOf } from '../control/session/session-name.js';
import { redactText } from '../core/redact.js';
import { wallTimeout } from '../core/wall-timer.js';
import type { ReplaceableSessions } from './replaceable-sessions.js';

/** Which calls are logged. */
export type CallLog = 'changes' | 'all' | 'off';

/** Findings are looked for when no call has come for so long. */
const QUIET_MS = 1000;

/** Logs the calls of an api in Vite's log, and the findings about its clients, each once. */
export function logCallsOf(sessions: ReplaceableSessions, log: CallLog, logger: Logger): Api {
  const { api } = sessions;
  const lastStatus = new Map<string, string>();
  const lookLater = createFindingsLog(sessions, logger);
  const answer: Api['answer'] = async (call) => {
    const answered = await api.answer(call);
    const { sessionName, path } = sessionOf(call);
    if (isControlPath(path)) return answered;
    if (log === 'all' || isChange(call, path, answered)) logger.info(describe(call, answered), { timestamp: true });
    lookLater(sessionName);
    return answered;
  };
  return { ...api, answer, fetch: (request) => fetchFrom(answer, request) };

  /** A poll whose answer is as the one before tells a reader nothing. */
  function isChange({ method }: Call, path: string, answered: Answer): boolean {
    const job = matchRoute({ method, path })?.jobId;
    if (job === undefined) return true;
    const status = statusIn(answered);
    const isNew = lastStatus.get(job) !== status;
    lastStatus.set(job, status);
    return isNew;
  }
}

function createFindingsLog(sessions: ReplaceableSessions, logger: Logger): (session: string) => void {
  const reported = new Set<string>();
  const stops = new Map<string, () => void>();
  return (session) => {
    stops.get(session)?.();
    stops.set(
      session,
      wallTimeout(QUIET_MS, () => void report(session)),
    );
  };

  async function report(session: string): Promise<void> {
    stops.delete(session);
    const findings = (await sessions.open(session).findings()).filter(
      ({ id, title, judged }) => judged === true && !reported.has(`${session} ${id} ${title}`),
    );
    if (findings.length === 0) return;
    for (const { id, title } of findings) reported.add(`${session} ${id} ${title}`);
    logger.warn(`modeldock: ${reportFindings(findings)}`, { timestamp: true });
  }
}

function describe({ method, path }: Call, answered: Answer): string {
  const status = answered === 'network error' ? 'no answer' : String(answered.status);
  return `modeldock: ${method} ${redactText(path)} → ${status}${statusIn(answered).replace(/^./, ' $&')}`;
}

/** The status of the job in an answer; empty where there is none. */
function statusIn(answered: Answer): string {
  if (answered === 'network error' || typeof answered.body !== 'string') return '';
  return /"status": "(\w+)"/.exec(answered.body)?.[1] ?? '';
}
