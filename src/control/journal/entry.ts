import type { JournalText } from './text.js';

/** A call and its answer, as plain data, without secrets. Times are milliseconds since the epoch. */
export interface JournalEntry {
  /** Rises in the order in which the calls came; never used twice in a session. */
  id: number;
  session: string;
  /** When the call came, on the session's clock. */
  at: number;
  /** The same on the machine's clock. */
  wall: number;
  /** How the session's clock moved at that moment: virtual milliseconds per real one; 0 unless it was running. */
  clock: { mode: 'running' | 'frozen' | 'polls'; speed: number };
  method: string;
  path: string;
  /** Without the question mark; absent where it is empty. */
  query?: string;
  /** The documented route that took the call; absent where none did. */
  route?: string;
  job?: string;
  model?: string;
  /** The status that the client got; `pending` while it waits. */
  status: number | 'network error' | 'pending';
  /** Wall time until the answer had gone out to its end; absent before. */
  durationMs?: number;
  /** Calls with this id and later ones came when this one had its answer already; absent before. */
  answeredBefore?: number;
  /** The fault that changed the answer; where none did, the first that had the call wait. */
  fault?: JournalFault;
  request: { headers: RequestHeaders; body?: JournalText };
  /** Absent where there was none. */
  answer?: { headers: AnswerHeaders; body?: JournalText };
}

/** The headers that matter, in lower case; `connection` only where the client asks to close it. */
export type RequestHeaders = Partial<
  Record<'authorization' | 'connection' | 'content-type' | 'origin' | 'upgrade' | 'user-agent', string>
>;
/** The headers of an answer that the journal keeps. */
export type AnswerHeaders = Partial<Record<'content-type' | 'retry-after', string>>;

/** The fault that a call met, and what it changed. */
export interface JournalFault {
  id: string;
  type: string;
  /** The others that the call met, in the order in which they acted: each had it wait. */
  also?: { id: string; type: string }[];
  /** The answer of the api; absent where it was not asked. */
  intended?: { status: number | 'network error'; body?: JournalText };
}
