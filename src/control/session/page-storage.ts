import * as z from 'zod/mini';
import { createSerialQueue } from '../../core/serial-queue.js';
import { MAX_TIME } from '../../core/clock.js';
import type { Warn } from '../../core/warn.js';
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

const DEFAULT_KEY = 'modeldock';

const savedSchema = z.strictObject({ savedAt: z.number(), options: z.number(), snapshot: z.unknown() });

/** The place of a dock in a page's storage. */
export interface KeptDock {
  /** Saves a dock at each change; the changes of one turn of the event loop are saved together. */
  save(session: Session): void;
  /**
   * Opens the saved state, or an empty one if there is none, if it was saved with other options, which is said, or if this
   * version cannot read it: a problem with a page's storage must not stop the page.
   */
  open(open: (snapshot: SessionSnapshot | undefined) => Session, warn: Warn): Session;
}

/** @param options a fingerprint of the options of the dock */
export function keepUnder(storage: PageStorage, key = DEFAULT_KEY, options: number): KeptDock {
  let pending = false;
  const oneByOne = createSerialQueue();
  return {
    save: (session) => {
      if (pending) return;
      pending = true;
      // Saves run one after another: a copy of many jobs takes longer than a later one of few.
      oneByOne(async () => {
        pending = false;
        const snapshot = await session.snapshot();
        storage.setItem(key, JSON.stringify({ savedAt: wallDate(), options, snapshot }));
      })
        // A full storage must not fail the call that made the decision. The old copy is removed, because it would be
        // restored as if it were current.
        .catch(() => storage.removeItem(key));
    },
    open: (open, warn) => {
      const text = storage.getItem(key);
      if (text === null) return open(undefined);
      try {
        const saved = read(text);
        if (saved.options === options) return open(saved.snapshot);
        warn(
          `What the page has kept under ${JSON.stringify(key)} was made with other options, so the dock begins anew. ` +
            'Give each of several docks a "storageKey" of its own.',
        );
      } catch (error) {
        if (!(error instanceof ControlError)) throw error;
      }
      storage.removeItem(key);
      return open(undefined);
    },
  };
}

/** @throws ControlError bad_snapshot */
function read(text: string): { options: number; snapshot: SessionSnapshot } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw badSnapshot((error as Error).message, error);
  }
  const { success, data } = savedSchema.safeParse(value);
  if (!success) throw badSnapshot('another program saved it');
  const snapshot = aged(parseSnapshot(data.snapshot), Math.max(0, wallDate() - data.savedAt));
  return { options: data.options, snapshot };
}

/** Advances a running clock by the time that the page was closed. */
function aged(snapshot: SessionSnapshot, awayMs: number): SessionSnapshot {
  const { clock } = snapshot;
  if (clock.mode !== 'running') return snapshot;
  return { ...snapshot, clock: { ...clock, now: Math.min(MAX_TIME, Math.trunc(clock.now + awayMs * clock.speed)) } };
}
