import type { Call } from '../../api/call.js';
import { carriesToken, refuseWithoutToken } from '../../api/require-token.js';
import { wallNow } from '../../core/wall-timer.js';
import { ControlError } from '../base/control-error.js';
import type { ControlRoutes } from './router.js';
import { isControlPath } from './control-path.js';
import { sessionBody } from '../contract/schemas.js';
import type { Session } from '../session/session.js';
import type { Locate } from './gateway.js';
import { JournalBudget } from '../journal/budget.js';
import type { DockControl } from '../contract/dock-control.js';
import { readJsonBody } from './read-input.js';
import { checkSessionName, DEFAULT_SESSION, sessionOf } from '../session/session-name.js';
import type { SessionSnapshot } from '../base/snapshot.js';

/** What the dock of a session is opened with. */
export interface SessionPlan {
  session: string;
  snapshot: SessionSnapshot | undefined;
  journalBudget: JournalBudget;
  openFork: (snapshot: SessionSnapshot, session: string | undefined) => Promise<DockControl>;
}

export interface SessionRegistryOptions {
  openDock: (plan: SessionPlan) => Session;
  /** Where calls need one, no session is made for a call without it. */
  requireToken?: string | undefined;
  /** After how long without a call a session is dropped, `default` excepted; 1 h by default. */
  idleMs?: number;
  /** How many sessions there are at most beside `default`; the longest idle makes room. 10 000 by default. */
  limit?: number;
}

/** A session as it is listed. */
export interface SessionEntry {
  session: string;
  /** Wall time in ms since it was last called. */
  idleMs: number;
}

/** Many worlds, by name. */
export interface SessionRegistry {
  readonly locate: Locate;
  /** Operates a session, made on first use. @throws ControlError invalid_request, too_many_sessions */
  open(session: string, snapshot?: SessionSnapshot): DockControl;
  list(): readonly SessionEntry[];
  /** Forgets a session; `default` begins again when it is next used. */
  drop(session: string): boolean;
  close(): void;
}

interface Entry {
  readonly dock: Session;
  /** Wall time. */
  usedAt: number;
  lastUse: number;
}

export function createSessionRegistry({
  openDock,
  requireToken,
  idleMs = 3_600_000,
  limit = 10_000,
}: SessionRegistryOptions): SessionRegistry {
  const docks = new Map<string, Entry>();
  const journalBudget = new JournalBudget();
  /** Counts the uses of all sessions: many fall into one millisecond, and one of them was the last. */
  let uses = 0;
  /** Before this wall time no session can have been idle for long enough. */
  let nextExpiry = 0;
  let forks = 0;

  return {
    locate: (call) => {
      const { session, path } = sessionOf(call);
      const needsToken = requireToken !== undefined && !isControlPath(path) && !carriesToken(call, requireToken);
      // Whoever cannot get in makes no session, and leaves no trace but a journal entry where there is one.
      const isOutside = needsToken && session !== DEFAULT_SESSION && !openEntry(session);
      return {
        path,
        dock: () => use(session),
        ...(isOutside && {
          turnAway: async (refused: Call) => {
            checkSessionName(session);
            return refuseWithoutToken(refused, requireToken)!;
          },
        }),
      };
    },
    open: (session, snapshot) => (snapshot ? begin(session, snapshot) : use(session)).control,
    list: () => {
      expire();
      const now = wallNow();
      return byIdleness().map(([session, { usedAt }]) => ({ session, idleMs: Math.round(now - usedAt) }));
    },
    drop,
    close: () => {
      for (const session of [...docks.keys()]) drop(session);
    },
  };

  function use(session: string): Session {
    const entry = openEntry(session);
    if (!entry) return begin(session, undefined);
    // Every call passes here: the order of use is worked out when it is asked for.
    entry.usedAt = wallNow();
    entry.lastUse = ++uses;
    return entry.dock;
  }

  function openEntry(session: string): Entry | undefined {
    const entry = docks.get(session);
    return entry && (wallNow() - entry.usedAt <= idleMs || isKept(session, entry)) ? entry : undefined;
  }

  /** A world that somebody looks at, such as a replayed one, must be there after lunch. */
  function isKept(session: string, { dock }: Entry): boolean {
    return session === DEFAULT_SESSION || dock.isBusy();
  }

  /** The longest idle first. */
  function byIdleness(): [session: string, entry: Entry][] {
    return [...docks].sort(([, one], [, other]) => one.lastUse - other.lastUse);
  }

  function begin(session: string, snapshot: SessionSnapshot | undefined): Session {
    checkSessionName(session);
    expire();
    if (!docks.has(session)) makeRoom(session);
    const dock = openDock({ session, snapshot, journalBudget, openFork });
    drop(session);
    docks.set(session, { dock, usedAt: wallNow(), lastUse: ++uses });
    return dock;
  }

  /** @throws ControlError too_many_sessions */
  function makeRoom(session: string): void {
    if (session === DEFAULT_SESSION || docks.size - Number(docks.has(DEFAULT_SESSION)) < limit) return;
    let idlest: { name: string; lastUse: number } | undefined;
    for (const [name, entry] of docks) {
      const { lastUse } = entry;
      if (lastUse < (idlest?.lastUse ?? Infinity) && !isKept(name, entry)) idlest = { name, lastUse };
    }
    if (!idlest) {
      throw new ControlError(
        503,
        'too_many_sessions',
        `Cannot open session ${session}: there are ${limit} beside default, as many as there may be, and all are in use. End what listens or waits in one of them, or delete one.`,
      );
    }
    drop(idlest.name);
  }

  function expire(): void {
    const now = wallNow();
    if (now < nextExpiry) return;
    nextExpiry = now + idleMs;
    for (const [name, entry] of docks) {
      if (now - entry.usedAt > idleMs && !isKept(name, entry)) drop(name);
      else nextExpiry = Math.min(nextExpiry, entry.usedAt + idleMs);
    }
  }

  function drop(session: string): boolean {
    docks.get(session)?.dock.close();
    return docks.delete(session);
  }

  async function openFork(snapshot: SessionSnapshot, name: string | undefined): Promise<DockControl> {
    expire();
    if (name !== undefined && docks.has(name)) {
      throw new ControlError(409, 'session_exists', `Cannot fork into ${name}: there is a session of that name.`);
    }
    let session = name;
    while (session === undefined || docks.has(session)) session = name ?? `fork-${++forks}`;
    return begin(session, snapshot).control;
  }
}

/** Control routes about all sessions. */
export function sessionsRoutes(sessions: SessionRegistry): ControlRoutes {
  return {
    'GET /sessions': async () => sessions.list(),
    'POST /sessions': async (_parameter, call) =>
      sessions.open((await readJsonBody(sessionBody, call)).session).status(),
    'DELETE /sessions/:session': async (session) => {
      if (!sessions.drop(session)) throw new ControlError(404, 'not_found', `There is no session ${session}.`);
    },
  };
}
