import { styleText } from 'node:util';
import type { Api } from '../api/api.js';
import type { CallNotes } from '../api/call.js';
import { ForwardedCall } from '../api/forwarded-call.js';
import { isControlPath } from '../control/http/control-path.js';
import { DEFAULT_SESSION, sessionOf } from '../control/session/session-name.js';
import { redactText } from '../core/redact.js';
import type { Log } from './log.js';
import { shorten } from './shorten.js';

/** A call as it is logged. */
interface LoggedCall {
  method: string;
  /** Without the query and the session's prefix. */
  path: string;
  /** Absent where the connection was broken instead. */
  status?: number;
  /** Until the answer began, in wall time. */
  ms: number;
  model?: string;
  session?: string;
  /** The fault that changed the answer, as its id and type. */
  fault?: string;
}

/**
 * Logs each call, one line each: text on a terminal, else JSON. Calls of clients are logged at `info` on a terminal, and at
 * `debug` elsewhere, so that polls do not fill the log of a test run; those of the control API, which tests and health
 * checks send, always at `debug`.
 */
export function logCalls(api: Api, log: Log): Api {
  const levelOfClients = log.isTerminal ? 'info' : 'debug';
  if (!log.isEnabled(levelOfClients)) return api;
  return {
    ...api,
    answer: async (call) => {
      const { sessionName, path } = sessionOf(call);
      const level = isControlPath(path) ? 'debug' : levelOfClients;
      if (!log.isEnabled(level)) return api.answer(call);
      const notes: CallNotes = {};
      const began = performance.now();
      const answer = await api.answer(new ForwardedCall(call, { notes }));
      const ms = Math.round(performance.now() - began);
      const { model, fault } = notes;
      const logged: LoggedCall = {
        method: call.method,
        path: shorten(redactText(path)),
        ...(answer !== 'network error' && { status: answer.status }),
        ms,
        ...(model !== undefined && { model: shorten(redactText(model)) }),
        ...(sessionName !== DEFAULT_SESSION && { session: shorten(redactText(sessionName)) }),
        ...(fault && { fault: `${fault.id} (${fault.type})` }),
      };
      if (log.isTerminal) log[level](describeCall(logged));
      else log[level](logged, 'call');
      return answer;
    },
  };
}

function describeCall({ method, path, status, ms, model, session, fault }: LoggedCall): string {
  return [
    method,
    path,
    status === undefined ? paint('red', 'no answer') : paint(colourOf(status), String(status)),
    `${ms} ms`,
    ...(model === undefined ? [] : [paint('cyan', model)]),
    ...(session === undefined ? [] : [paint('dim', `session ${session}`)]),
    ...(fault === undefined ? [] : [paint('magenta', `fault ${fault}`)]),
  ].join('  ');
}

function colourOf(status: number): 'green' | 'yellow' | 'red' {
  if (status < 400) return 'green';
  return status < 500 ? 'yellow' : 'red';
}

/** The log goes to standard error, whatever standard output is. */
function paint(colour: Parameters<typeof styleText>[0], text: string): string {
  return styleText(colour, text, { stream: process.stderr });
}
