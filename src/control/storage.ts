import type { Dock } from './dock.js';
import { parseSnapshot, type SessionSnapshot } from './snapshot.js';

/** What a dock needs of `sessionStorage` or `localStorage`. */
export interface PageStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

const KEY = 'modeldock';

/** Saves a dock at each change; the changes of one turn of the event loop are saved once. */
export function keepIn(storage: PageStorage): (dock: Dock) => void {
  let pending = false;
  return (dock) => {
    if (pending) return;
    pending = true;
    void Promise.resolve()
      .then(() => {
        pending = false;
        return dock.snapshot();
      })
      .then((snapshot) => storage.setItem(KEY, JSON.stringify(snapshot)))
      // A full storage must not fail the call that made the decision; an old copy would come back as the present.
      .catch(() => storage.removeItem(KEY));
  };
}

/** What was saved; undefined where there is nothing, or nothing this version can read. */
export function savedIn(storage: PageStorage): SessionSnapshot | undefined {
  const text = storage.getItem(KEY);
  if (text === null) return undefined;
  try {
    return parseSnapshot(JSON.parse(text));
  } catch {
    storage.removeItem(KEY);
    return undefined;
  }
}
