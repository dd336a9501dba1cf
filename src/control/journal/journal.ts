import { note, type Answer, type Answerer, type Call } from '../../api/call.js';
import { systemClock, withoutStepsBack, type Clock } from '../../core/clock.js';
import { BudgetMember, JournalBudget } from './budget.js';
import type { JournalEntry } from './entry.js';
import { JournalRecord, keepIntended, sizeOfKept, type JournalClock } from './record.js';
import type { showRecord } from './show-record.js';
import { keep, KEPT_BYTES, watchStream } from './text.js';
import { WatchedCall } from './watched-call.js';

export { JournalBudget } from './budget.js';
export type { JournalEntry } from './entry.js';

export interface JournalOptions {
  session: string;
  /** The session's clock. */
  clock: JournalClock;
  /** Shared by all journals with a common limit; by default the journal has a budget of its own. */
  budget?: JournalBudget | undefined;
  /** The machine's clock. */
  wall?: Clock;
  listener?: CallListener | undefined;
}

export interface CallListener {
  /** Called with each completely answered call, by the id of its entry. */
  answered(callId: number): void;
}

const MAX_ENTRIES = 1000;
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Records the calls of one session's clients and their answers. When there are too many, the oldest entries are
 * dropped.
 */
export class Journal extends BudgetMember {
  /** The session's clock; a reset replaces it. */
  clock: JournalClock;
  readonly #session: string;
  readonly #wall: Clock;
  readonly #budget: JournalBudget;
  readonly #listener: CallListener | undefined;
  /** The records form a linked list: an array would add two memory accesses to each call. */
  #oldest: JournalRecord | undefined;
  #newest: JournalRecord | undefined;
  #length = 0;
  #bytes = 0;
  #lastId = 0;
  #isDisposed = false;

  constructor({
    session,
    clock,
    budget = new JournalBudget(),
    wall = withoutStepsBack(systemClock),
    listener,
  }: JournalOptions) {
    super();
    this.#session = session;
    this.clock = clock;
    this.#budget = budget;
    this.#wall = wall;
    this.#listener = listener;
  }

  /** Records a call and the answer of `next`. It is the outermost layer, so it records what the client gets. */
  async record(call: Call, next: Answerer): Promise<Answer> {
    if (this.#isDisposed) return next(call);
    const record = new JournalRecord(++this.#lastId, call, this.clock, this.#wall.now());
    if (this.#newest) this.#newest.next = record;
    else this.#oldest = record;
    this.#newest = record;
    this.#length++;
    this.#take(record.bytes);
    if (this.#length > MAX_ENTRIES) this.dropOldest();
    const watched = new WatchedCall(call, record, (body) => {
      if (record.requestBody !== undefined || body === '') return;
      record.requestBody = keep(body);
      this.#charge(record, sizeOfKept(record.requestBody));
    });
    const answer = this.#close(record, await next(watched));
    // If a caller passes in notes, it gets the same.
    note(call, record);
    return answer;
  }

  /** The id of the latest call. */
  get lastId(): number {
    return this.#lastId;
  }

  /** The calls that have no answer yet, or not all of it, except those that a fault leaves hanging for good. */
  underWay(): readonly Pick<JournalRecord, 'method' | 'path'>[] {
    const calls: JournalRecord[] = [];
    for (let record = this.#oldest; record; record = record.next) {
      if (record.answeredBefore === undefined && record.fault?.type !== 'hang') calls.push(record);
    }
    return calls;
  }

  /** The number of entries. */
  get length(): number {
    return this.#length;
  }

  /** The largest number of bytes that they take in memory. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Lists the entries after the one with that id, in order of arrival. */
  async list(after = 0): Promise<readonly JournalEntry[]> {
    const showRecord = await loadShowRecord();
    const entries: JournalEntry[] = [];
    for (let record = this.#oldest; record; record = record.next) {
      if (record.id > after) entries.push(showRecord(record, this.#session));
    }
    return entries;
  }

  /** Returns a function that finds an entry by its id; it returns undefined for a dropped one. */
  async lookup(): Promise<(id: number) => JournalEntry | undefined> {
    const showRecord = await loadShowRecord();
    return (id) => {
      // Most often the entry has just been answered.
      let record = this.#newest?.id === id ? this.#newest : this.#oldest;
      while (record && record.id < id) record = record.next;
      return record?.id === id ? showRecord(record, this.#session) : undefined;
    };
  }

  /** Removes all entries. Ids continue to increase. */
  clear(): void {
    while (this.dropOldest());
    this.#budget.leave(this);
  }

  /** Ends the recording for good. What has been recorded stays, and no longer counts for the budget. */
  dispose(): void {
    if (!this.#isDisposed) this.#budget.giveBack(this.#bytes);
    this.#isDisposed = true;
    this.#budget.leave(this);
  }

  override dropOldest(): boolean {
    const oldest = this.#oldest;
    if (!oldest) return false;
    this.#oldest = oldest.next;
    if (!this.#oldest) this.#newest = undefined;
    // A record that is still being answered must not keep all later ones alive.
    oldest.next = undefined;
    this.#length--;
    this.#bytes -= oldest.bytes;
    if (!this.#isDisposed) this.#budget.giveBack(oldest.bytes);
    return true;
  }

  #close(record: JournalRecord, answer: Answer): Answer {
    this.#charge(record, record.cutNotes());
    if (record.fault?.intended) {
      const { intended, ...fault } = record.fault;
      record.intended = keepIntended(intended);
      record.fault = fault;
      if (record.intended.body !== undefined) this.#charge(record, sizeOfKept(record.intended.body));
    }
    if (answer === 'network error') {
      record.status = answer;
      return this.#finish(record, answer);
    }
    record.status = answer.status;
    record.headers = answer.headers;
    if (record.method === 'HEAD' || answer.status === 204 || answer.status === 304) return this.#finish(record, answer);
    if (typeof answer.body === 'string') {
      record.body = keep(answer.body);
      this.#charge(record, sizeOfKept(record.body));
      return this.#finish(record, answer);
    }
    const { stream, seen } = watchStream(answer.body, () => this.#finish(record, answer));
    record.stream = seen;
    this.#charge(record, 2 * KEPT_BYTES);
    return { ...answer, body: stream };
  }

  #finish(record: JournalRecord, answer: Answer): Answer {
    record.answeredBefore = this.#lastId + 1;
    record.durationMs = Math.max(0, this.#wall.now() - record.wall);
    if (!this.#isDisposed) this.#listener?.answered(record.id);
    return answer;
  }

  #charge(record: JournalRecord, bytes: number): void {
    // A record that is no longer listed is released as soon as it is answered.
    if (this.#isDisposed || record.id <= this.#lastId - this.#length) return;
    record.bytes += bytes;
    this.#take(bytes);
  }

  #take(bytes: number): void {
    this.#bytes += bytes;
    this.#budget.take(this, bytes);
    while (this.#bytes > MAX_BYTES) this.dropOldest();
  }
}

/** Loaded by the first reader: most pages only write. */
async function loadShowRecord(): Promise<typeof showRecord> {
  return (await import('./show-record.js')).showRecord;
}
