import type { Answer, Call, Link } from '../api/call.js';
import { systemClock, type Clock } from '../core/clock.js';
import { createJournalBudget, type JournalBudget } from './journal-budget.js';
import type { JournalEntry } from './journal-entry.js';
import { keepIntended, openRecord, showRecord, type JournalRecord } from './journal-record.js';
import { keep, KEPT_BYTES, watchStream } from './journal-text.js';
import { WatchedCall } from './watched-call.js';

export { createJournalBudget, type JournalBudget } from './journal-budget.js';
export type { JournalEntry } from './journal-entry.js';

export interface JournalOptions {
  session: string;
  /** The session's clock. */
  clock: Clock;
  /** How that clock moves at this moment; asked at every call, so it should cost nothing. */
  clockMode: () => { mode: JournalEntry['clock']['mode']; speed?: number };
  /** Shared by all journals that together may hold no more than so much; one of its own by default. */
  budget?: JournalBudget;
  /** The machine's clock. */
  wall?: Clock;
}

/** What the clients of one session asked, and what they got. The oldest entries go when there are too many. */
export interface Journal {
  /** Writes down what passes. Outermost, it sees what the client gets. */
  readonly link: Link;
  /** The entries after the one of that id, in the order in which the calls came. */
  list(after?: number): readonly JournalEntry[];
  /** The entry of that id, unless it has been dropped. */
  find(id: number): JournalEntry | undefined;
  /** Forgets all entries. Ids go on rising. */
  clear(): void;
  /** Calls back when a call has been answered to the end. `entry` makes the entry, for a listener that wants it; `id` finds it. */
  onEntry(listener: (entry: () => JournalEntry, id: number) => void): () => void;
  /** How many entries there are. */
  readonly length: number;
  /** What they hold in memory, at most. */
  readonly bytes: number;
  /** The machine's time at the last call; at the beginning, the time it was made. */
  readonly touched: number;
  /** Forgets all, for good: what passes from now on is not written down. */
  dispose(): void;
}

const MAX_ENTRIES = 1000;
const MAX_BYTES = 4 * 1024 * 1024;

export function createJournal({
  session,
  clock,
  clockMode,
  budget = createJournalBudget(),
  wall = systemClock,
}: JournalOptions): Journal {
  /** What is kept begins at `first`; the places before it are empty. */
  let records: (JournalRecord | undefined)[] = [];
  let first = 0;
  let bytes = 0;
  let lastId = 0;
  let touched = wall.now();
  let disposed = false;
  const listeners = new Set<(entry: () => JournalEntry, id: number) => void>();
  const share = budget.join(dropOldest);

  const link: Link = (next) => async (call) => {
    if (disposed) return next(call);
    touched = wall.now();
    const record = openRecord(++lastId, call, { at: clock.now(), wall: touched }, clockMode());
    records.push(record);
    charge(record, RECORD_BYTES + linesOf(record));
    if (records.length - first > MAX_ENTRIES) dropOldest();
    return close(record, await next(watched(call, record)));
  };

  return {
    link,
    list: (after = 0) => {
      const entries: JournalEntry[] = [];
      for (let index = first; index < records.length; index++) {
        const record = records[index]!;
        if (record.id > after) entries.push(showRecord(record, session));
      }
      return entries;
    },
    find: (id) => {
      const oldest = records[first];
      // Ids rise by one.
      const record = oldest && id >= oldest.id ? records[first + id - oldest.id] : undefined;
      return record && showRecord(record, session);
    },
    clear,
    onEntry: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    get length() {
      return records.length - first;
    },
    get bytes() {
      return bytes;
    },
    get touched() {
      return touched;
    },
    dispose: () => {
      disposed = true;
      clear();
      listeners.clear();
    },
  };

  function watched(call: Call, record: JournalRecord): Call {
    return new WatchedCall(call, record.notes, (body) => {
      if (record.requestBody || body === '') return;
      record.requestBody = keep(body);
      charge(record, sizeOf(record.requestBody.text));
    });
  }

  function close(record: JournalRecord, answer: Answer): Answer {
    const { fault } = record.notes;
    if (fault?.intended) {
      record.intended = keepIntended(fault.intended);
      const { intended: _, ...named } = fault;
      record.notes.fault = named;
      charge(record, sizeOf(record.intended.body?.text));
    }
    if (answer === 'network error') {
      record.status = answer;
      return finish(record, answer);
    }
    record.status = answer.status;
    record.headers = answer.headers;
    if (record.method === 'HEAD' || answer.status === 204 || answer.status === 304) return finish(record, answer);
    if (typeof answer.body === 'string') {
      record.body = keep(answer.body);
      charge(record, sizeOf(record.body.text));
      return finish(record, answer);
    }
    const { stream, seen } = watchStream(answer.body, () => finish(record, answer));
    record.stream = seen;
    charge(record, 2 * KEPT_BYTES);
    return { ...answer, body: stream };
  }

  function finish(record: JournalRecord, answer: Answer): Answer {
    record.answeredBefore = lastId + 1;
    record.durationMs = Math.max(0, wall.now() - record.wall);
    if (listeners.size > 0) {
      let shown: JournalEntry | undefined;
      for (const listener of [...listeners]) listener(() => (shown ??= showRecord(record, session)), record.id);
    }
    return answer;
  }

  function charge(record: JournalRecord, amount: number): void {
    // What is no longer listed is let go as soon as it is answered.
    if (record.dropped) return;
    record.bytes += amount;
    bytes += amount;
    share.take(amount);
    while (bytes > MAX_BYTES) dropOldest();
  }

  function dropOldest(): boolean {
    const oldest = records[first];
    if (!oldest) return false;
    records[first++] = undefined;
    if (first === MAX_ENTRIES) {
      records = records.slice(first);
      first = 0;
    }
    oldest.dropped = true;
    bytes -= oldest.bytes;
    share.giveBack(oldest.bytes);
    return true;
  }

  function clear(): void {
    while (dropOldest());
    records = [];
    first = 0;
    share.leave();
  }
}

/** What a record takes besides its texts. */
const RECORD_BYTES = 512;

/** At most: a string takes one or two bytes for each of its units. */
function sizeOf(text: string | undefined): number {
  return text === undefined ? 0 : 2 * text.length;
}

function linesOf({ path, query, authorization, contentType, origin, userAgent }: JournalRecord): number {
  return (
    sizeOf(path) + sizeOf(query) + sizeOf(authorization) + sizeOf(contentType) + sizeOf(origin) + sizeOf(userAgent)
  );
}
