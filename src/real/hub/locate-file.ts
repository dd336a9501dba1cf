import { DownloadError } from '../download-error.js';
import type { DownloadPlan, PlannedFile } from '../plan.js';
import type { FileLocation } from './file-location.js';
import { HubRequestError } from './hub-errors.js';
import type { HubAnswer, HubRequests } from './hub-requests.js';
import { signedUrlLifetime } from './signed-url-lifetime.js';

/** A signed URL is asked for again at this share of its life, or so long before its end. */
const RENEWAL_SHARE = 0.9;
const RENEWAL_MARGIN_MS = 60_000;

/**
 * Asks where a file's bytes are, once, and holds the answer against the plan. A GET for the first byte, because some
 * mirrors know no HEAD: large files are answered by a redirect, and of small ones this is all that comes.
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
    // Of an empty file there is no first byte.
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

function checkIdentity({ headers, url, redirect }: HubAnswer, { path, size, digest }: PlannedFile): void {
  const fromHub = 'x-repo-commit' in headers || 'x-linked-etag' in headers;
  if (
    !fromHub &&
    redirect === undefined &&
    /^text\/html\b/i.test(headers['content-type'] ?? '') &&
    !/\.html?$/i.test(path)
  ) {
    throw new HubRequestError(
      'server',
      `${new URL(url).host} sends a web page instead of ${path}: this may be the sign-in page of a guest network.`,
    );
  }
  // A redirect's own ETag and length are those of the redirect, and a CDN's ETag is a hash of something else.
  const etag = headers['x-linked-etag'] ?? (fromHub && redirect === undefined ? headers.etag : undefined);
  const hex = /^(?:W\/)?"?([0-9a-f]{40}|[0-9a-f]{64})"?$/i.exec(etag ?? '')?.[1]?.toLowerCase();
  if (hex !== undefined && hex !== digest.hex) throw changed(path, digest.hex, hex);
  const linkedSize = headers['x-linked-size'];
  const total = redirect === undefined ? /\/(\d+)$/.exec(headers['content-range'] ?? '')?.[1] : undefined;
  const found = linkedSize ?? total;
  if (found !== undefined && Number(found) !== size) throw changed(path, `${size} bytes`, `${found} bytes`);
}

function changed(path: string, planned: string, found: string): DownloadError {
  return new DownloadError(
    'changed_upstream',
    `${path} is not what it was when the download was planned: ${planned} then, ${found} now. Start the download again.`,
  );
}
