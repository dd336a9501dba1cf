import type { Answer, Call, CallNotes } from '../../api/call.js';
import type { Clock } from '../../core/clock.js';
import type { AnswerHeaders, JournalEntry, JournalFault, RequestHeaders } from './entry.js';
import { keep, keepLine, show, type JournalText, type KeptText, type WatchedStream } from './text.js';
import { redactAuthorization, redactQuery, redactText } from '../../core/redact.js';
import { secretOf } from '../../core/redact-plain.js';

/** How time moves in a session, as it stands at a call. */
export interface JournalClock extends Clock {
  readonly mode: JournalEntry['clock']['mode'];
  /** 0 where time does not move by itself. */
  readonly speed: number;
}

/** The query and headers of a call that the journal keeps; most calls have none. */
interface RequestLines {
  query: string;
  authorization: string | undefined;
  contentType: string | undefined;
  origin: string | undefined;
  userAgent: string | undefined;
  upgrade: string | undefined;
  connection: string | undefined;
}

/**
 * The record that the journal holds of a call: references, with nothing computed, in as few objects as will do. Most records are
 * never looked at, and all of them outlive the young heap, which makes each object in them dear. What stands
 * behind the journal writes down in it what it learns.
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
  /** The bytes it is charged with. */
  bytes: number;
  /** The one that came after it, while both are kept. */
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

  /** Cuts what clients can make as long as they like. @returns what is left of it, in bytes */
  cutNotes(): number {
    if (this.job !== undefined) this.job = keepLine(this.job, HEADER_LENGTH);
    if (this.model !== undefined) this.model = keepLine(this.model, HEADER_LENGTH);
    return sizeOf(this.job) + sizeOf(this.model);
  }
}

const SILENT: RequestLines = {
  query: '',
  authorization: undefined,
  contentType: undefined,
  origin: undefined,
  userAgent: undefined,
  upgrade: undefined,
  connection: undefined,
};

const PATH_LENGTH = 2048;
const HEADER_LENGTH = 512;
/** Bytes that a record takes besides its texts. */
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

/** At most: a string takes one or two bytes for each of its units. */
function sizeOf(text: string | undefined): number {
  return text === undefined ? 0 : 2 * text.length;
}

function sizeOfLines(lines: RequestLines | undefined): number {
  if (!lines) return 0;
  const { query, authorization, contentType, origin, userAgent, upgrade } = lines;
  return [query, authorization, contentType, origin, userAgent, upgrade].reduce((sum, line) => sum + sizeOf(line), 0);
}

/** Bytes that a kept text takes, at most. */
export function sizeOfKept(kept: KeptText): number {
  return sizeOf(typeof kept === 'string' ? kept : kept.text);
}

/** The kept part of an answer that the client did not get; its whole body is let go. */
export function keepIntended(answer: Answer): NonNullable<JournalRecord['intended']> {
  if (answer === 'network error') return { status: answer };
  const { status, body } = answer;
  return typeof body === 'string' ? { status, body: keep(body) } : { status };
}

/** The entry that a record is, without its secrets. */
export function showRecord(record: JournalRecord, session: string): JournalEntry {
  const { lines = SILENT, route, job, model, requestBody, status, durationMs, answeredBefore } = record;
  const secret = lines.authorization === undefined ? undefined : secretOf(lines.authorization);
  const redact = (text: string): string => redactText(text, secret);
  const body = showBody(record, redact);
  const fault = showFault(record, redact);
  return {
    id: record.id,
    session,
    at: record.at,
    wall: record.wall,
    clock: { mode: record.mode, speed: record.speed },
    method: record.method,
    path: redact(record.path),
    ...(lines.query !== '' && { query: redactQuery(lines.query, secret) }),
    ...(route !== undefined && { route }),
    ...(job !== undefined && { job }),
    ...(model !== undefined && { model }),
    status,
    ...(durationMs !== undefined && { durationMs }),
    ...(answeredBefore !== undefined && { answeredBefore }),
    ...(fault && { fault }),
    request: {
      headers: requestHeaders(lines, redact),
      ...(requestBody !== undefined && { body: show(requestBody, redact) }),
    },
    ...(record.headers && { answer: { headers: answerHeaders(record.headers, redact), ...(body && { body }) } }),
  };
}

function showBody({ body, stream }: JournalRecord, redact: (text: string) => string): JournalText | undefined {
  if (body !== undefined) return show(body, redact);
  if (!stream) return undefined;
  const { kept, ended } = stream();
  return { ...show(kept, redact), ...(!ended && { unfinished: true }) };
}

function showFault({ fault, intended }: JournalRecord, redact: (text: string) => string): JournalFault | undefined {
  if (!fault) return undefined;
  const { id, type, also } = fault;
  const named = { id, type, ...(also && { also: also.map((other) => ({ ...other })) }) };
  if (!intended) return named;
  const { status, body } = intended;
  return { ...named, intended: { status, ...(body !== undefined && { body: show(body, redact) }) } };
}

function requestHeaders(
  { authorization, contentType, origin, userAgent, upgrade, connection }: RequestLines,
  redact: (text: string) => string,
): RequestHeaders {
  return {
    ...(authorization !== undefined && { authorization: redactAuthorization(authorization) }),
    ...(contentType !== undefined && { 'content-type': redact(contentType) }),
    ...(origin !== undefined && { origin: redact(origin) }),
    ...(userAgent !== undefined && { 'user-agent': redact(userAgent) }),
    ...(upgrade !== undefined && { upgrade: redact(upgrade) }),
    ...(connection !== undefined && { connection }),
  };
}

function answerHeaders(headers: Readonly<Record<string, string>>, redact: (text: string) => string): AnswerHeaders {
  const shown: AnswerHeaders = {};
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase();
    if (lower === 'content-type' || lower === 'retry-after') shown[lower] = redact(keepLine(value, HEADER_LENGTH));
  }
  return shown;
}
