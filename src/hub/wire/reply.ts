import { bytesContent, type Content } from '../content/content.js';

/** An answer as data: faults can inspect and change it until it is sent. */
export interface Reply {
  status: number;
  headers: Record<string, string>;
  body: Content;
  /** The part `[start, end)` of the body that is sent. */
  start: number;
  end: number;
  /** Set if the body is a repo's file, whole or in part, and not a text about it. */
  carriesFile?: true;
}

/** Creates an answer with a text as body. */
export function textReply(status: number, body: string, headers: Record<string, string> = {}): Reply {
  const bytes = Buffer.from(body);
  return {
    status,
    headers: { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': String(bytes.length), ...headers },
    body: bytesContent(bytes),
    start: 0,
    end: bytes.length,
  };
}

/** Creates an answer with JSON as body. */
export function jsonReply(value: unknown, status = 200, headers: Record<string, string> = {}): Reply {
  return textReply(status, JSON.stringify(value), { 'Content-Type': 'application/json; charset=utf-8', ...headers });
}

/** Creates a redirect, with a text for browsers. */
export function redirectReply(status: 302 | 307, location: string, headers: Record<string, string> = {}): Reply {
  const words = status === 302 ? 'Found' : 'Temporary Redirect';
  return textReply(status, `${words}. Redirecting to ${location}`, { ...headers, Location: location });
}

/** Creates an error as S3 and CloudFront format it. */
export function xmlErrorReply(status: number, code: string, message: string): Reply {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  return textReply(status, body, { 'Content-Type': 'application/xml' });
}
