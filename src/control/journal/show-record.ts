import { redactAuthorization, redactQuery, redactText } from '../../core/redact.js';
import { secretOf } from '../../core/redact-plain.js';
import type { AnswerHeaders, JournalEntry, JournalFault, RequestHeaders } from './entry.js';
import { HEADER_LENGTH, SILENT, type JournalRecord, type RequestLines } from './record.js';
import { keepLine, show, type JournalText } from './text.js';

/** Turns a record into an entry, without secrets. */
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
