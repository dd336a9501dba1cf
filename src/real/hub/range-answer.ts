/* Checks the answer to a range request. It is called before any byte is written. */
import { DownloadError } from '../download-error.js';
import type { PlannedFile } from '../plan.js';
import { ReadError, type ByteRange } from '../transfer/byte-source.js';
import { proxyAuthError } from './proxy-errors.js';
import { askedPatience } from './rate-gate.js';

export type RangeAnswerHeaders = Record<string, string | string[] | undefined>;

export interface AnswerHead {
  status: number;
  headers: RangeAnswerHeaders;
}

/** Returns the range that the body contains, or why it must not be used. */
export function judgeAnswer(
  { status, headers }: AnswerHead,
  asked: ByteRange,
  { path, size }: Pick<PlannedFile, 'path' | 'size'>,
  statusText: string,
): (ByteRange & { whole: boolean }) | ReadError | DownloadError {
  const said = `${status} ${statusText}`.trim();
  const patience = askedPatience(single(headers));
  if (status === 206 || status === 200) {
    const encoding = header(headers, 'content-encoding') ?? 'identity';
    if (encoding.toLowerCase() !== 'identity') {
      return violation('encoded_body', `Cannot use the answer for ${path}: expected no encoding, found ${encoding}.`);
    }
    return status === 206 ? partOf(headers, asked, path, size) : wholeOf(headers, path, size);
  }
  if (status === 407) {
    return proxyAuthError();
  }
  if (status === 429) {
    return new ReadError('rate-limited', 'rate_limited', `Cannot download ${path} yet: too many requests (${said}).`, {
      retryAfterMs: patience,
    });
  }
  if (status === 416) {
    const { start, end } = asked;
    return violation(
      'bad_range',
      `Cannot read bytes ${start} to ${end - 1} of ${path}: the server has none (${said}).`,
    );
  }
  if (status >= 300 && status < 400) {
    return new DownloadError(
      'redirect_refused',
      `Cannot download ${path}: the address from the hub redirects to another one (${said}).`,
    );
  }
  if (REFUSALS.includes(status)) {
    return new ReadError(
      'refused',
      'cdn_refused',
      `Cannot download ${path}: the server refuses its address (${said}).`,
    );
  }
  return new ReadError('server', 'hub_error', `Cannot download ${path}: the server answers ${said}.`, {
    retryAfterMs: patience,
  });
}

/** Expired and revoked addresses are refused with any of these. */
const REFUSALS = [400, 401, 403, 404, 410];

function partOf(
  headers: RangeAnswerHeaders,
  asked: ByteRange,
  path: string,
  size: number,
): (ByteRange & { whole: boolean }) | ReadError {
  const line = header(headers, 'content-range');
  // RFC 9110, 14.4: the last byte is included, and an unknown total is an asterisk.
  const [, first, last, total] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/i.exec(line ?? '') ?? [];
  const start = Number(first);
  const end = Number(last) + 1;
  const fits = start === asked.start && end > start && end <= asked.end && (total === '*' || Number(total) === size);
  if (!fits) {
    return violation(
      'bad_range',
      `Cannot use the answer for ${path}: expected bytes ${asked.start}-${asked.end - 1}/${size}, found ` +
        `${line ?? 'no Content-Range'}.`,
    );
  }
  const length = header(headers, 'content-length');
  if (length !== undefined && Number(length) !== end - start) {
    return violation(
      'bad_range',
      `Cannot use the answer for ${path}: Content-Length ${length} does not fit Content-Range ${line!}.`,
    );
  }
  return { start, end, whole: false };
}

function wholeOf(
  headers: RangeAnswerHeaders,
  path: string,
  size: number,
): (ByteRange & { whole: boolean }) | ReadError {
  const length = header(headers, 'content-length');
  const type = header(headers, 'content-type') ?? '';
  // Without a length the file cannot be distinguished from an error page before bytes are written.
  if (length === undefined || Number(length) !== size || /^\s*text\/html\b/i.test(type)) {
    return violation(
      'not_the_file',
      `Cannot use the answer for ${path}: expected a part of the file, found something else ` +
        `(200, ${length === undefined ? 'no length' : `${length} bytes`}, ${type === '' ? 'no type' : type}; the file has ${size} bytes).`,
    );
  }
  return { start: 0, end: size, whole: true };
}

function violation(code: 'encoded_body' | 'bad_range' | 'not_the_file', message: string): ReadError {
  return new ReadError('violation', code, message);
}

function single(headers: RangeAnswerHeaders): Record<string, string> {
  const names = ['ratelimit', 'retry-after', 'date'].filter((name) => header(headers, name) !== undefined);
  return Object.fromEntries(names.map((name) => [name, header(headers, name)!]));
}

function header(headers: RangeAnswerHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}
