import { DownloadError } from '../download-error.js';
import type { DownloadPlan, PlannedFile } from '../plan.js';
import type { FileLocation } from './file-location.js';
import { HubRequestError } from './hub-errors.js';
import type { HubAnswer, HubRequests } from './hub-requests.js';
import { signedUrlLifetime } from './signed-url-lifetime.js';

/** A signed URL is renewed at this share of its lifetime, or this long before its end. */
const RENEWAL_SHARE = 0.9;
const RENEWAL_MARGIN_MS = 60_000;

/**
 * Requests the address of a file, once, and checks the answer against the plan. It is a GET for the first byte, because
 * some mirrors do not support HEAD: large files are answered by a redirect, and of small ones only this byte is sent.
 */
export async function locateFile(
  requests: HubRequests,
  endpoint: string,
  plan: DownloadPlan,
  file: PlannedFile,
  signal: AbortSignal,
): Promise<FileLocation> {
  const repo = `${plan.owner}/${plan.repo}`;
  const path = file.path.split('/').map(encodeURIComponent).join('/');
  const answer = await requests.get(`${endpoint}/${repo}/resolve/${plan.commit}/${path}`, {
    question: { endpoint, repo, revision: plan.commit, path: file.path },
    bucket: 'resolvers',
    signal,
    // An empty file has no first byte.
    ...(file.size > 0 && { headers: { range: 'bytes=0-0' } }),
    isAnswer: (headers) => 'x-linked-etag' in headers || 'x-repo-commit' in headers,
  });
  checkIdentity(answer, file);
  const url = answer.redirect ?? answer.url;
  const lifetime = signedUrlLifetime(url, answer.headers.date) ?? Infinity;
  const isHub = new URL(url).origin === new URL(endpoint).origin;
  return {
    url,
    headers: requests.headersFor(url),
    expiresAt: answer.askedAt + lifetime,
    renewAt: answer.askedAt + Math.max(lifetime * RENEWAL_SHARE, lifetime - RENEWAL_MARGIN_MS),
    ...(isHub && { bucket: 'resolvers' }),
  };
}

/** Refuses an answer about another file than the planned one, as far as its headers show. */
function checkIdentity(answer: HubAnswer, file: PlannedFile): void {
  const { path, size, digest } = file;
  if (isSignInPage(answer, path)) {
    throw new HubRequestError(
      'server',
      `Cannot download ${path}: expected the file, found a web page from ${new URL(answer.url).host}. It may be the sign-in page of a guest network.`,
    );
  }
  const hex = digestIn(answer);
  if (hex !== undefined && hex !== digest.hex) throw changed(path, digest.hex, hex);
  const found = sizeIn(answer);
  if (found !== undefined && Number(found) !== size) throw changed(path, `${size} bytes`, `${found} bytes`);
}

function isSignInPage({ headers, redirect }: HubAnswer, path: string): boolean {
  const isPage = /^text\/html\b/i.test(headers['content-type'] ?? '') && !/\.html?$/i.test(path);
  return isPage && redirect === undefined && !isFromHub(headers);
}

/**
 * Returns the digest in the answer. The ETag of a redirect is that of the redirect, and that of a CDN is a hash of
 * something else.
 */
function digestIn({ headers, redirect }: HubAnswer): string | undefined {
  const own = isFromHub(headers) && redirect === undefined ? headers.etag : undefined;
  const etag = headers['x-linked-etag'] ?? own ?? '';
  return /^(?:W\/)?"?([0-9a-f]{40}|[0-9a-f]{64})"?$/i.exec(etag)?.[1]?.toLowerCase();
}

/** Returns the size in the answer. The length of a redirect is that of the redirect. */
function sizeIn({ headers, redirect }: HubAnswer): string | undefined {
  const own = redirect === undefined ? /\/(\d+)$/.exec(headers['content-range'] ?? '')?.[1] : undefined;
  return headers['x-linked-size'] ?? own;
}

function isFromHub(headers: HubAnswer['headers']): boolean {
  return 'x-repo-commit' in headers || 'x-linked-etag' in headers;
}

function changed(path: string, planned: string, found: string): DownloadError {
  return new DownloadError(
    'changed_upstream',
    `Cannot download ${path}: expected ${planned}, as when the download was planned, found ${found}. Start the download again.`,
  );
}
