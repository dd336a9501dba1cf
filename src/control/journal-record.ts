import type { Answer, Call, CallNotes } from '../api/call.js';
import type { AnswerHeaders, JournalEntry, JournalFault, RequestHeaders } from './journal-entry.js';
import { keep, keepLine, show, type JournalText, type KeptText, type WatchedStream } from './journal-text.js';
import { redactAuthorization, redactText, secretOf } from './redact.js';

/** What the journal holds of a call: references, with nothing computed. Most entries are never looked at. */
export interface JournalRecord {
  readonly id: number;
  readonly at: number;
  readonly wall: number;
  readonly mode: JournalEntry['clock']['mode'];
  readonly speed: number;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly authorization: string | undefined;
  readonly contentType: string | undefined;
  readonly origin: string | undefined;
  readonly userAgent: string | undefined;
  readonly notes: CallNotes;
  requestBody: KeptText | undefined;
  status: JournalEntry['status'];
  headers: Readonly<Record<string, string>> | undefined;
  body: KeptText | undefined;
  stream: WatchedStream['seen'] | undefined;
  intended: { status: number | 'network error'; body?: KeptText } | undefined;
  durationMs: number | undefined;
  answeredBefore: number | undefined;
  /** What it is charged with. */
  bytes: number;
  dropped: boolean;
}

const PATH_LENGTH = 2048;
const HEADER_LENGTH = 512;

export function openRecord(
  id: number,
  call: Call,
  time: { at: number; wall: number },
  clock: { mode: JournalEntry['clock']['mode']; speed?: number },
): JournalRecord {
  return {
    id,
    at: time.at,
    wall: time.wall,
    mode: clock.mode,
    speed: clock.mode === 'running' ? (clock.speed ?? 1) : 0,
    method: keepLine(call.method, HEADER_LENGTH),
    path: keepLine(call.path, PATH_LENGTH),
    query: keepLine(call.query.toString(), PATH_LENGTH),
    authorization: header(call, 'authorization'),
    contentType: header(call, 'content-type'),
    origin: header(call, 'origin'),
    userAgent: header(call, 'user-agent'),
    notes: call.notes ?? {},
    requestBody: undefined,
    status: 'pending',
    headers: undefined,
    body: undefined,
    stream: undefined,
    intended: undefined,
    durationMs: undefined,
    answeredBefore: undefined,
    bytes: 0,
    dropped: false,
  };
}

function header(call: Call, name: string): string | undefined {
  const value = call.header(name);
  return value === undefined ? undefined : keepLine(value, HEADER_LENGTH);
}

/** What an answer that the client did not get leaves behind: its whole body is let go. */
export function keepIntended(answer: Answer): NonNullable<JournalRecord['intended']> {
  if (answer === 'network error') return { status: answer };
  const { status, body } = answer;
  return typeof body === 'string' ? { status, body: keep(body) } : { status };
}

/** The entry that a record is, without its secrets. */
export function showRecord(record: JournalRecord, session: string): JournalEntry {
  const { authorization, notes, requestBody, status, durationMs, answeredBefore } = record;
  const secret = authorization === undefined ? undefined : secretOf(authorization);
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
    ...(record.query !== '' && { query: redact(record.query) }),
    ...(notes.route !== undefined && { route: notes.route }),
    ...(notes.job !== undefined && { job: notes.job }),
    ...(notes.model !== undefined && { model: notes.model }),
    status,
    ...(durationMs !== undefined && { durationMs }),
    ...(answeredBefore !== undefined && { answeredBefore }),
    ...(fault && { fault }),
    request: { headers: requestHeaders(record, redact), ...(requestBody && { body: show(requestBody, redact) }) },
    ...(record.headers && { answer: { headers: answerHeaders(record.headers, redact), ...(body && { body }) } }),
  };
}

function showBody({ body, stream }: JournalRecord, redact: (text: string) => string): JournalText | undefined {
  if (body) return show(body, redact);
  if (!stream) return undefined;
  const { ended, ...seen } = stream();
  return { ...show(seen, redact), ...(!ended && { unfinished: true }) };
}

function showFault({ notes, intended }: JournalRecord, redact: (text: string) => string): JournalFault | undefined {
  if (!notes.fault) return undefined;
  const { id, type, also } = notes.fault;
  const named = { id, type, ...(also && { also: also.map((other) => ({ ...other })) }) };
  if (!intended) return named;
  const { status, body } = intended;
  return { ...named, intended: { status, ...(body && { body: show(body, redact) }) } };
}

function requestHeaders(record: JournalRecord, redact: (text: string) => string): RequestHeaders {
  const { authorization, contentType, origin, userAgent } = record;
  return {
    ...(authorization !== undefined && { authorization: redactAuthorization(authorization) }),
    ...(contentType !== undefined && { 'content-type': redact(contentType) }),
    ...(origin !== undefined && { origin: redact(origin) }),
    ...(userAgent !== undefined && { 'user-agent': redact(userAgent) }),
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
