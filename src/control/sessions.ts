import { carriesToken } from '../api/require-token.js';
import { wallNow } from '../core/wall-timer.js';
import { ControlError } from './control-error.js';
import { isControlPath, type ControlRoutes } from './control-api.js';
import { sessionBody } from './control-schemas.js';
import type { Dock } from './dock.js';
import type { Locate } from './front.js';
import { createJournalBudget, type JournalBudget } from './journal-budget.js';
import type { Operator } from './operator.js';
import { readBody } from './read-input.js';
import { checkSessionName, DEFAULT_SESSION, sessionOf } from './session-name.js';
import type { SessionSnapshot } from './snapshot.js';

/** What the dock of a session is opened with. */
export interface SessionPlan {
  session: string;
  snapshot: SessionSnapshot | undefined;
  journalBudget: JournalBudget;
  openFork: (snapshot: SessionSnapshot, session: string | undefined) => Promise<Operator>;
}

export interface SessionsOptions {
  openDock: (plan: SessionPlan) => Dock;
  /** Where calls need one, no session is made for a call without it. */
  requireToken?: string | undefined;
  /** After how long without a call a session is dropped; 1 h by default. */
  idleMs?: number;
  /** How many sessions there are at most; the longest idle makes room. 10 000 by default. */
  limit?: number;
}

/** A session as it is listed. */
export interface SessionEntry {
  session: string;
  /** Wall time in ms since it was last called. */
  idleMs: number;
}

/** Many worlds, by name. */
export interface Sessions {
  readonly locate: Locate;
  /** The dock of a session, made on first use. @throws ControlError invalid_request */
  open(session: string, snapshot?: SessionSnapshot): Dock;
  list(): readonly SessionEntry[];
  /** Forgets a session; `default` begins again when it is next used. */
  drop(session: string): boolean;
  close(): void;
}

export function createSessions({
  openDock,
  requireToken,
  idleMs = 3_600_000,
  limit = 10_000,
}: SessionsOptions): Sessions {
  /** In order of last use, the longest idle first. */
  const docks = new Map<string, { dock: Dock; usedAt: number }>();
  const journalBudget = createJournalBudget();
  let forks = 0;

  return {
    locate: (call) => {
      const { session, path } = sessionOf(call);
      // Whoever cannot get in leaves no trace but a journal entry, in a session that exists.
      const mayBegin = requireToken === undefined || isControlPath(path) || carriesToken(call, requireToken);
      return {
        path,
        dock: () => use(mayBegin || docks.has(checkSessionName(session)) ? session : DEFAULT_SESSION),
      };
    },
    open: (session, snapshot) => (snapshot ? begin(session, snapshot) : use(session)),
    list: () => {
      expire();
      const now = wallNow();
      return [...docks].map(([session, { usedAt }]) => ({ session, idleMs: Math.round(now - usedAt) }));
    },
    drop,
    close: () => {
      for (const session of [...docks.keys()]) drop(session);
    },
  };

  function use(session: string): Dock {
    const entry = docks.get(session);
    const now = wallNow();
    const isOver = !entry || (now - entry.usedAt > idleMs && !entry.dock.isBusy());
    if (isOver) return begin(session, undefined);
    entry.usedAt = now;
    // Only a second session makes an order to keep.
    if (docks.size > 1) {
      docks.delete(session);
      docks.set(session, entry);
    }
    return entry.dock;
  }

  function begin(session: string, snapshot: SessionSnapshot | undefined): Dock {
    const dock = openDock({ session: checkSessionName(session), snapshot, journalBudget, openFork });
    drop(session);
    expire();
    for (const [name, { dock: idle }] of docks) {
      if (docks.size < limit) break;
      if (!idle.isBusy()) drop(name);
    }
    docks.set(session, { dock, usedAt: wallNow() });
    return dock;
  }

  function expire(): void {
    const before = wallNow() - idleMs;
    for (const [name, { dock, usedAt }] of docks) {
      if (usedAt >= before) break;
      if (!dock.isBusy()) drop(name);
    }
  }

  function drop(session: string): boolean {
    docks.get(session)?.dock.close();
    return docks.delete(session);
  }

  async function openFork(snapshot: SessionSnapshot, name: string | undefined): Promise<Operator> {
    if (name !== undefined && docks.has(name)) {
      throw new ControlError(409, 'session_exists', `Cannot fork into ${name}: there is a session of that name.`);
    }
    let session = name;
    while (session === undefined || docks.has(session)) session = name ?? `fork-${++forks}`;
    return begin(session, snapshot);
  }
}

/** Control routes about all sessions. */
export function sessionsRoutes(sessions: Sessions): ControlRoutes {
  return {
    'GET /sessions': async () => sessions.list(),
    'POST /sessions': async (_parameter, call) => sessions.open((await readBody(sessionBody, call)).session).status(),
    'DELETE /sessions/:session': async (session) => {
      if (!sessions.drop(session)) throw new ControlError(404, 'not_found', `There is no session ${session}.`);
    },
  };
}
