import type { Answer, Call, CallNotes } from '../../api/call.js';
import type { Clock } from '../../core/clock.js';
import type { JournalEntry } from './entry.js';
import { keep, keepLine, type KeptText, type WatchedStream } from './text.js';

/** The session's clock and how it moves. */
export interface JournalClock extends Clock {
  readonly mode: JournalEntry['clock']['mode'];
  /** 0 unless time moves by itself. */
  readonly speed: number;
}

/** The query and headers of a call that the journal keeps; most calls have none. */
export interface RequestLines {
  query: string;
  authorization: string | undefined;
  contentType: string | undefined;
  origin: string | undefined;
  userAgent: string | undefined;
  upgrade: string | undefined;
  connection: string | undefined;
}

/**
 * The record of a call in the journal. It keeps references, with nothing computed, in as few objects as possible: most
 * records are never read, and all of them outlive the young heap, which makes each object expensive. The layers behind
 * the journal write their notes into it.
 */
export class JournalRecord implements CallNotes {
  readonly id: number;
  readonly at: number;
  readonly wall: number;
  readonly mode: JournalEntry['clock']['mode'];
  readonly speed: number;
  readonly method: string;
  readonly path: string;
  readonly lines: RequestLines | undefined;
  route: string | undefined = undefined;
  job: string | undefined = undefined;
  model: string | undefined = undefined;
  fault: CallNotes['fault'] = undefined;
  requestBody: KeptText | undefined = undefined;
  status: JournalEntry['status'] = 'pending';
  headers: Readonly<Record<string, string>> | undefined = undefined;
  body: KeptText | undefined = undefined;
  stream: WatchedStream['seen'] | undefined = undefined;
  intended: { status: number | 'network error'; body?: KeptText } | undefined = undefined;
  durationMs: number | undefined = undefined;
  answeredBefore: number | undefined = undefined;
  /** The bytes that it takes from the budget. */
  bytes: number;
  /** The next record, while both are kept. */
  next: JournalRecord | undefined = undefined;

  constructor(id: number, call: Call, clock: JournalClock, wall: number) {
    this.id = id;
    this.at = clock.now();
    this.wall = wall;
    this.mode = clock.mode;
    this.speed = clock.speed;
    this.method = keepLine(call.method, HEADER_LENGTH);
    this.path = keepLine(call.path, PATH_LENGTH);
    this.lines = linesOf(call);
    this.bytes = RECORD_BYTES + sizeOf(this.path) + sizeOfLines(this.lines);
  }

  /** Cuts texts whose length clients control. @returns the bytes that remain */
  cutNotes(): number {
    if (this.job !== undefined) this.job = keepLine(this.job, HEADER_LENGTH);
    if (this.model !== undefined) this.model = keepLine(this.model, HEADER_LENGTH);
    return sizeOf(this.job) + sizeOf(this.model);
  }
}

export const SILENT: RequestLines = {
  query: '',
  authorization: undefined,
  contentType: undefined,
  origin: undefined,
  userAgent: undefined,
  upgrade: undefined,
  connection: undefined,
};

const PATH_LENGTH = 2048;
export const HEADER_LENGTH = 512;
/** The bytes of a record without its texts. */
const RECORD_BYTES = 512;

function linesOf(call: Call): RequestLines | undefined {
  const query = keepLine(call.query.toString(), PATH_LENGTH);
  const authorization = header(call, 'authorization');
  const contentType = header(call, 'content-type');
  const origin = header(call, 'origin');
  const userAgent = header(call, 'user-agent');
  const upgrade = header(call, 'upgrade');
  const asked = call.header('connection');
  const connection = asked !== undefined && /close/i.test(asked) ? 'close' : undefined;
  if (query === '' && (authorization ?? contentType ?? origin ?? userAgent ?? upgrade ?? connection) === undefined) {
    return undefined;
  }
  return { query, authorization, contentType, origin, userAgent, upgrade, connection };
}

function header(call: Call, name: string): string | undefined {
  const value = call.header(name);
  return value === undefined ? undefined : keepLine(value, HEADER_LENGTH);
}

/** Returns an upper bound: a string takes one or two bytes for each of its units. */
function sizeOf(text: string | undefined): number {
  return text === undefined ? 0 : 2 * text.length;
}

function sizeOfLines(lines: RequestLines | undefined): number {
  if (!lines) return 0;
  const { query, authorization, contentType, origin, userAgent, upgrade } = lines;
  return [query, authorization, contentType, origin, userAgent, upgrade].reduce((sum, line) => sum + sizeOf(line), 0);
}

/** Returns the largest number of bytes that a kept text takes. */
export function sizeOfKept(kept: KeptText): number {
  return sizeOf(typeof kept === 'string' ? kept : kept.text);
}

/** Keeps part of an answer that the client did not get, and releases its whole body. */
export function keepIntended(answer: Answer): NonNullable<JournalRecord['intended']> {
  if (answer === 'network error') return { status: answer };
  const { status, body } = answer;
  return typeof body === 'string' ? { status, body: keep(body) } : { status };
}
