import type { SessionStatus } from './dock-control.js';
import type { MethodName, Operations, ControlRoute } from './route.js';
import { sessionBody } from './schemas.js';

/** A session in the list of sessions. */
export interface SessionEntry {
  session: string;
  /** Wall time in ms since the last call. */
  idleMs: number;
}

/** Controls the sessions of a server. */
export interface SessionsControl {
  /** Lists sessions, the one idle longest first. */
  list(): Promise<readonly SessionEntry[]>;
  /** Opens a session, unless it is open already. @throws ControlError invalid_request, too_many_sessions */
  open(name: string): Promise<SessionStatus>;
  /** @throws ControlError not_found */
  drop(name: string): Promise<void>;
}

/** The routes that concern all sessions. */
export const sessionsRoutes = {
  'sessions.list': { method: 'GET', path: '/sessions' },
  'sessions.open': { method: 'POST', path: '/sessions', body: sessionBody, fields: ['session'] },
  'sessions.drop': { method: 'DELETE', path: '/sessions/:session' },
} as const satisfies Record<MethodName<{ sessions: SessionsControl }>, ControlRoute>;

export type SessionsOperations = Operations<typeof sessionsRoutes, { sessions: SessionsControl }>;
