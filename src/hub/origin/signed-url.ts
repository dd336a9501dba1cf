/*
 * URLs that are a permission: whoever has one may read the file until it expires. Files in LFS are signed the way
 * CloudFront does it, Xet files the way S3 does, because clients read the expiry out of either.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { HubFile } from '../repos/file.js';
import type { Call } from '../wire/call.js';

/** Makes and checks signatures. */
export interface Signer {
  /** Path and query for the CDN, valid for `lifetimeMs` from `now`; whole seconds, rounded down. */
  sign(file: HubFile, now: number, lifetimeMs: number): string;
  /** The key of the object a request to the CDN may read, or why it may not. */
  verify(call: Call, now: number): { objectKey: string } | 'not signed' | 'bad signature' | 'expired';
}

/** A signer whose secret follows from the seed, so that a restarted hub honours what it handed out before. */
export function createSigner(seed: string): Signer {
  const secret = createHash('sha256').update(`signing key\0${seed}`).digest();
  const signatureOf = (path: string, query: string): string =>
    createHmac('sha256', secret).update(`${path}?${query}`).digest('hex');

  return {
    sign(file, now, lifetimeMs) {
      const name = file.path.slice(file.path.lastIndexOf('/') + 1);
      const disposition = `attachment; filename*=UTF-8''${encodeURIComponent(name)}; filename="${asciiName(name)}";`;
      const query = new URLSearchParams();
      if (file.storage === 'xet') {
        const path = `/xet-bridge-us/${file.objectKey.slice(0, 24)}/${file.objectKey}`;
        query.set('X-Amz-Algorithm', 'AWS4-HMAC-SHA256');
        query.set('X-Amz-Date', amzDate(now));
        query.set('X-Amz-Expires', String(Math.floor(lifetimeMs / 1000)));
        query.set('X-Amz-SignedHeaders', 'host');
        query.set('response-content-disposition', disposition);
        return `${path}?${query.toString()}&X-Amz-Signature=${signatureOf(path, query.toString())}`;
      }
      const path = `/repos/${file.objectKey.slice(0, 2)}/${file.objectKey.slice(2, 4)}/${file.objectKey}`;
      query.set('response-content-disposition', disposition);
      query.set('Expires', String(Math.floor((now + lifetimeMs) / 1000)));
      query.set('Key-Pair-Id', 'K2MODELDOCKHUB');
      return `${path}?${query.toString()}&Signature=${signatureOf(path, query.toString())}`;
    },

    verify(call, now) {
      const match = /^(.*?)\?(.*)&(?:X-Amz-)?Signature=([0-9a-f]{64})$/.exec(call.target);
      if (match === null) return 'not signed';
      const [, path, query, signature] = match as unknown as [string, string, string, string];
      if (!timingSafeEqual(Buffer.from(signature), Buffer.from(signatureOf(path, query)))) return 'bad signature';
      return now >= expiryOf(call.query) ? 'expired' : { objectKey: path.slice(path.lastIndexOf('/') + 1) };
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

function asciiName(name: string): string {
  return name.replace(/[^\x20-\x7e]|["\\]/g, '_');
}
