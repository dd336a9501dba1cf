import { bytesContent, type Content } from '../content/content.js';

/** An answer as data: it can be looked at and changed (that is what faults do) until it is delivered. */
export interface Reply {
  status: number;
  headers: Record<string, string>;
  body: Content;
  /** The part `[start, end)` of the body that goes out. */
  start: number;
  end: number;
  /** Set when the body is a repo's file, whole or in part, and not a text about it. */
  carriesFile?: true;
}

/** A reply with a text for a body. */
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

/** A reply with JSON for a body. */
export function jsonReply(value: unknown, status = 200, headers: Record<string, string> = {}): Reply {
  return textReply(status, JSON.stringify(value), { 'Content-Type': 'application/json; charset=utf-8', ...headers });
}

/** The redirects a browser shows a text for. */
export function redirectReply(status: 302 | 307, location: string, headers: Record<string, string> = {}): Reply {
  const words = status === 302 ? 'Found' : 'Temporary Redirect';
  return textReply(status, `${words}. Redirecting to ${location}`, { ...headers, Location: location });
}

/** An error the way S3 and CloudFront spell it. */
export function xmlErrorReply(status: number, code: string, message: string): Reply {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  return textReply(status, body, { 'Content-Type': 'application/xml' });
}
