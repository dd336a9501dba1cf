/*
 * Signed URLs: a client that has one may read the file until it expires. Files in LFS are signed as by CloudFront, Xet
 * files as by S3, because clients read the expiry of either.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { HubFile } from '../repos/file.js';
import type { HubCall } from '../wire/call.js';
import { contentDisposition } from './content-disposition.js';

/** Creates and checks signatures. */
export interface Signer {
  /** Returns path and query for the CDN, valid for `lifetimeMs` from `now` and up to the next full second. */
  sign(file: HubFile, now: number, lifetimeMs: number): string;
  /** Returns the key of the object that a request to the CDN may read, or why it may not. */
  verify(call: HubCall, now: number): { objectKey: string } | 'not signed' | 'bad signature' | 'expired';
}

const SIGNATURES = ['Signature', 'X-Amz-Signature'];

/** Creates a signer whose secret depends on the seed, so that a restarted hub accepts its earlier URLs. */
export function createSigner(seed: string): Signer {
  const secret = createHash('sha256').update(`signing key\0${seed}`).digest();
  // Signs the decoded URL: clients may spell an escape differently when they send it back.
  const signatureOf = (path: string, query: URLSearchParams): string => {
    const meaning = [...query].filter(([key]) => !SIGNATURES.includes(key)).sort();
    return createHmac('sha256', secret)
      .update(JSON.stringify([path, meaning]))
      .digest('hex');
  };

  return {
    sign(file, now, lifetimeMs) {
      const disposition = contentDisposition('attachment', file.path);
      const expires = Math.ceil((now + lifetimeMs) / 1000);
      const query = new URLSearchParams();
      if (file.storage === 'xet') {
        const path = `/xet-bridge-us/${file.objectKey.slice(0, 24)}/${file.objectKey}`;
        query.set('X-Amz-Algorithm', 'AWS4-HMAC-SHA256');
        query.set('X-Amz-Date', amzDate(now));
        // The expiry is counted from X-Amz-Date, which has no milliseconds: with the lifetime alone it would be too
        // early by those of `now`.
        query.set('X-Amz-Expires', String(expires - Math.floor(now / 1000)));
        query.set('X-Amz-SignedHeaders', 'host');
        query.set('response-content-disposition', disposition);
        return `${path}?${query.toString()}&X-Amz-Signature=${signatureOf(path, query)}`;
      }
      const path = `/repos/${file.objectKey.slice(0, 2)}/${file.objectKey.slice(2, 4)}/${file.objectKey}`;
      query.set('response-content-disposition', disposition);
      query.set('Expires', String(expires));
      query.set('Key-Pair-Id', 'K2MODELDOCKHUB');
      return `${path}?${query.toString()}&Signature=${signatureOf(path, query)}`;
    },

    verify(call, now) {
      const signature = SIGNATURES.map((name) => call.query.get(name)).find((value) => value !== null);
      if (signature == null) return 'not signed';
      const expected = Buffer.from(signatureOf(`/${call.segments.join('/')}`, call.query));
      const given = Buffer.from(signature);
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return 'bad signature';
      return now >= expiryOf(call.query) ? 'expired' : { objectKey: call.segments.at(-1)! };
    },
  };
}

function expiryOf(query: URLSearchParams): number {
  const expires = query.get('Expires');
  if (expires !== null) return Number(expires) * 1000;
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(query.get('X-Amz-Date') ?? '') ?? [];
  const [year = 0, month = 1, day, hours, minutes, seconds] = parts.map(Number);
  return Date.UTC(year, month - 1, day, hours, minutes, seconds) + Number(query.get('X-Amz-Expires')) * 1000;
}

function amzDate(at: number): string {
  return new Date(at).toISOString().replace(/[-:]|\.\d+/g, '');
}
