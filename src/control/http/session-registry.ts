import type { Call } from '../../api/call.js';
import { greet } from '../../api/api.js';
import { carriesToken, refuseWithoutToken } from '../../api/require-token.js';
import { monotonicNow } from '../../core/wall-timer.js';
import { ControlError } from '../base/control-error.js';
import type { SessionSnapshot } from '../base/snapshot.js';
import type { DockControl } from '../contract/dock-control.js';
import { sessionsRoutes, type SessionEntry, type SessionsOperations } from '../contract/sessions-control.js';
import { JournalBudget } from '../journal/budget.js';
import { checkSessionName, DEFAULT_SESSION, sessionOf } from '../session/session-name.js';
import type { Session } from '../session/session.js';
import { isControlPath } from './control-path.js';
import type { Locate } from './gateway.js';
import type { RouteGroup } from './router.js';

/** The options with which a session is opened. */
export interface SessionSetup {
  sessionName: string;
  snapshot: SessionSnapshot | undefined;
  journalBudget: JournalBudget;
  openFork: (snapshot: SessionSnapshot, sessionName: string | undefined) => Promise<DockControl>;
}

export interface SessionRegistryOptions {
  openSession: (setup: SessionSetup) => Session;
  /** If a token is required, a call without it never creates a session. */
  requireToken?: string | undefined;
  /** How many ms a session may be idle before it is dropped, except `default`; 1 h by default. */
  idleMs?: number;
  /** The largest number of sessions besides `default`; a new one replaces the one idle longest. 10 000 by default. */
  limit?: number;
}

/** Keeps sessions by name. */
export interface SessionRegistry {
  readonly locate: Locate;
  /** Controls a session, which is created on first use. @throws ControlError invalid_request, too_many_sessions */
  open(name: string, snapshot?: SessionSnapshot): DockControl;
  list(): readonly SessionEntry[];
  /** The sessions there are. */
  all(): readonly Session[];
  /** Drops a session; `default` starts anew when it is next used. */
  drop(name: string): boolean;
  close(): void;
}

interface Entry {
  readonly session: Session;
  /** Wall time. */
  usedAt: number;
  lastUse: number;
}

export function createSessionRegistry({
  openSession,
  requireToken,
  idleMs = 3_600_000,
  limit = 10_000,
}: SessionRegistryOptions): SessionRegistry {
  const entries = new Map<string, Entry>();
  const journalBudget = new JournalBudget();
  /** Counts the uses of all sessions, to order uses within one millisecond. */
  let uses = 0;
  /** Before this wall time no session can have been idle long enough to expire. */
  let nextExpiry = 0;
  let forks = 0;

  return {
    locate: (call) => {
      const { sessionName: name, path } = sessionOf(call);
      const needsToken = requireToken !== undefined && !isControlPath(path) && !carriesToken(call, requireToken);
      // A call without the token never creates a session, and leaves no trace but a journal entry in an existing one.
      const isOutside = needsToken && name !== DEFAULT_SESSION && !openEntry(name);
      return {
        path,
        open: () => use(name),
        ...(isOutside && {
          turnAway: async (refused: Call) => {
            checkSessionName(name);
            return (await refuseWithoutToken(refused, requireToken)) ?? greet();
          },
        }),
      };
    },
    open: (name, snapshot) => (snapshot ? begin(name, snapshot) : use(name)).control,
    list: () => {
      expire();
      const now = monotonicNow();
      return byIdleness().map(([name, { usedAt }]) => ({ session: name, idleMs: Math.round(now - usedAt) }));
    },
    all: () => [...entries.values()].map(({ session }) => session),
    drop,
    close: () => {
      for (const name of [...entries.keys()]) drop(name);
    },
  };

  function use(name: string): Session {
    const entry = openEntry(name);
    if (!entry) return begin(name, undefined);
    // Every call runs this, so the order of use is computed only when it is needed.
    entry.usedAt = monotonicNow();
    entry.lastUse = ++uses;
    return entry.session;
  }

  function openEntry(name: string): Entry | undefined {
    const entry = entries.get(name);
    return entry && (monotonicNow() - entry.usedAt <= idleMs || isKept(name, entry)) ? entry : undefined;
  }

  /** Lists entries, the one idle longest first. */
  function byIdleness(): [name: string, entry: Entry][] {
    return [...entries].sort(([, one], [, other]) => one.lastUse - other.lastUse);
  }

  function begin(name: string, snapshot: SessionSnapshot | undefined): Session {
    checkSessionName(name);
    expire();
    if (!entries.has(name)) makeRoom(name);
    const session = openSession({ sessionName: name, snapshot, journalBudget, openFork });
    drop(name);
    entries.set(name, { session, usedAt: monotonicNow(), lastUse: ++uses });
    return session;
  }

  /** @throws ControlError too_many_sessions */
  function makeRoom(wanted: string): void {
    if (wanted === DEFAULT_SESSION || entries.size - Number(entries.has(DEFAULT_SESSION)) < limit) return;
    let idlest: { name: string; lastUse: number } | undefined;
    for (const [name, entry] of entries) {
      const { lastUse } = entry;
      if (lastUse < (idlest?.lastUse ?? Infinity) && !isKept(name, entry)) idlest = { name, lastUse };
    }
    if (!idlest) {
      throw new ControlError(
        503,
        'too_many_sessions',
        `Cannot open session ${wanted}: expected fewer than ${limit} sessions in use, found ${limit}. Delete one, or end the event streams and waits in one.`,
      );
    }
    drop(idlest.name);
  }

  function expire(): void {
    const now = monotonicNow();
    if (now < nextExpiry) return;
    nextExpiry = now + idleMs;
    for (const [name, entry] of entries) {
      if (now - entry.usedAt > idleMs && !isKept(name, entry)) drop(name);
      else nextExpiry = Math.min(nextExpiry, entry.usedAt + idleMs);
    }
  }

  function drop(name: string): boolean {
    entries.get(name)?.session.close();
    return entries.delete(name);
  }

  async function openFork(snapshot: SessionSnapshot, wanted: string | undefined): Promise<DockControl> {
    expire();
    if (wanted !== undefined && entries.has(wanted)) {
      throw new ControlError(
        409,
        'session_exists',
        `Cannot fork into ${wanted}: a session of that name exists already.`,
      );
    }
    let name = wanted;
    while (name === undefined || entries.has(name)) name = `fork-${++forks}`;
    return begin(name, snapshot).control;
  }
}

/** The routes that concern all sessions, with their operations. */
export function sessionsGroup(sessions: SessionRegistry): RouteGroup {
  const operations: SessionsOperations = {
    'sessions.list': async () => sessions.list(),
    'sessions.open': async ({ input }) => sessions.open(input.session).status(),
    'sessions.drop': async ({ parameter: name }) => {
      if (!sessions.drop(name))
        throw new ControlError(404, 'not_found', `Cannot find session ${name}: it does not exist.`);
    },
  };
  return { routes: sessionsRoutes, operations: () => operations };
}

/** Whether a session is kept however long it is idle: the default, and those with a listener or a wait. */
function isKept(name: string, { session }: Entry): boolean {
  return name === DEFAULT_SESSION || session.isBusy();
}
