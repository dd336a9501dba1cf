import * as z from 'zod/mini';
import { createSerialQueue } from '../../core/serial-queue.js';
import { MAX_TIME } from '../../core/clock.js';
import { wallDate } from '../../core/wall-timer.js';
import { ControlError } from '../base/control-error.js';
import type { Session } from './session.js';
import { badSnapshot, parseSnapshot, type SessionSnapshot } from '../base/snapshot.js';

/** The part of `sessionStorage` or `localStorage` that a dock needs. */
export interface PageStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

const KEY = 'modeldock';

const savedSchema = z.strictObject({ savedAt: z.number(), snapshot: z.unknown() });

/** Saves a dock at each change; the changes of one turn of the event loop are saved together. */
export function keepIn(storage: PageStorage): (session: Session) => void {
  let pending = false;
  const oneByOne = createSerialQueue();
  return (session) => {
    if (pending) return;
    pending = true;
    // Saves run one after another: a copy of many jobs takes longer than a later one of few.
    oneByOne(async () => {
      pending = false;
      const snapshot = await session.control.snapshot();
      storage.setItem(KEY, JSON.stringify({ savedAt: wallDate(), snapshot }));
    })
      // A full storage must not fail the call that made the decision. The old copy is removed, because it would be
      // restored as if it were current.
      .catch(() => storage.removeItem(KEY));
  };
}

/**
 * Opens the saved state, or an empty one if there is none or this version cannot read it: a problem with a page's
 * storage must not stop the page.
 */
export function openKept(storage: PageStorage, open: (snapshot: SessionSnapshot | undefined) => Session): Session {
  const text = storage.getItem(KEY);
  if (text === null) return open(undefined);
  try {
    return open(read(text));
  } catch (error) {
    if (!(error instanceof ControlError)) throw error;
    storage.removeItem(KEY);
    return open(undefined);
  }
}

/** Reads a replay token. @throws ControlError bad_snapshot */
function read(text: string): SessionSnapshot {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw badSnapshot((error as Error).message, error);
  }
  const { success, data } = savedSchema.safeParse(value);
  if (!success) throw badSnapshot('another program saved it');
  return aged(parseSnapshot(data.snapshot), Math.max(0, wallDate() - data.savedAt));
}

/** Advances a running clock by the time that the page was closed. */
function aged(snapshot: SessionSnapshot, awayMs: number): SessionSnapshot {
  const { clock } = snapshot;
  if (clock.mode !== 'running') return snapshot;
  return { ...snapshot, clock: { ...clock, now: Math.min(MAX_TIME, Math.trunc(clock.now + awayMs * clock.speed)) } };
}
