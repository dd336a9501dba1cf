import { inferred } from '../contract/inferred.js';
import { problems } from '../contract/problem.js';

/*
 * Reads bodies, for all transports, the way Express does: gzip, deflate and br are decoded, within the same limit as
 * the body itself; charsets that begin with `utf-` are decoded, and a byte order mark is dropped.
 */

/** What the headers of a call say about its body. */
export interface BodyHeaders {
  contentType: string | undefined;
  contentEncoding: string | undefined;
}

/**
 * Reads the bytes of a body as text.
 * @param limit in bytes, of the decoded body as well
 * @throws Problem bodyTooLarge, and as readCodedBody
 */
export async function readBodyText(
  bytes: Uint8Array,
  { contentType, contentEncoding }: BodyHeaders,
  limit: number = inferred.bodyLimitBytes.value,
): Promise<string> {
  if (bytes.byteLength > limit) throw problems.bodyTooLarge(limit);
  const encoding = contentEncoding?.trim().toLowerCase();
  const coding = encoding === '' || encoding === 'identity' || bytes.byteLength === 0 ? undefined : encoding;
  const charset = charsetOf(contentType);
  if (coding === undefined && (charset === 'utf-8' || charset === 'utf8')) return new TextDecoder().decode(bytes);
  return (await import('./coded-body.js')).readCodedBody(bytes, coding, charset, limit);
}

function charsetOf(contentType: string | undefined): string {
  const [, quoted, plain] = /;\s*charset\s*=\s*(?:"([^"]*)"|([^\s;]+))/i.exec(contentType ?? '') ?? [];
  return (quoted ?? plain ?? 'utf-8').trim().toLowerCase();
}

/**
 * Decodes the bytes of a header: node:http and Fetch give each byte as a character. curl sends UTF-8; Node's own fetch
 * sends Latin-1, which is hardly ever valid UTF-8.
 */
export function readHeader(value: string): string {
  // eslint-disable-next-line no-control-regex -- whether all is ASCII is what it is about
  if (/^[\x00-\x7f]*$/.test(value)) return value;
  const bytes = Uint8Array.from(value, (character) => character.charCodeAt(0));
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return value;
  }
}
