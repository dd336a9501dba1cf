import type { JournalText } from './text.js';

/** A call and its answer, as plain data, without secrets. Times are milliseconds since the epoch. */
export interface JournalEntry {
  /** Increases in the order of arrival; never used twice in a session. */
  id: number;
  session: string;
  /** When the call arrived, on the session's clock. */
  at: number;
  /** The same on the machine's clock. */
  wall: number;
  /** How the session's clock moved at that moment: virtual milliseconds per real one; 0 unless it was running. */
  clock: { mode: 'running' | 'frozen' | 'polls'; speed: number };
  method: string;
  path: string;
  /** Without the question mark; absent where it is empty. */
  query?: string;
  /** The documented route of the call; absent if there is none. */
  route?: string;
  job?: string;
  model?: string;
  /** The status that the client got; `pending` while it waits. */
  status: number | 'network error' | 'pending';
  /** Wall time until the whole answer was sent; absent before. */
  durationMs?: number;
  /** Calls with this id and later ones arrived when this one had been answered; absent before. */
  answeredBefore?: number;
  /** The fault that changed the answer; if none did, the first that delayed the call. */
  fault?: JournalFault;
  request: { headers: RequestHeaders; body?: JournalText };
  /** Absent until there is one. */
  answer?: { headers: AnswerHeaders; body?: JournalText };
}

/** The headers that matter, in lower case; `connection` only if the client asks to close it. */
export type RequestHeaders = Partial<
  Record<'authorization' | 'connection' | 'content-type' | 'origin' | 'upgrade' | 'user-agent', string>
>;
/** The headers of an answer that the journal keeps. */
export type AnswerHeaders = Partial<Record<'content-type' | 'retry-after', string>>;

/** The fault that a call met, and what it changed. */
export interface JournalFault {
  id: string;
  type: string;
  /** The other faults that applied, in order; each delayed the call. */
  also?: { id: string; type: string }[];
  /** The api's own answer; absent if the api was not called. */
  intended?: { status: number | 'network error'; body?: JournalText };
}
