import { DownloadError } from '../download-error.js';
import type { PlannedFile } from '../plan.js';
import { HubRefusal } from './hub-errors.js';
import type { HubAnswer } from './hub-requests.js';

/** Reports that the hub's answer does not match its API. */
export function nonsense(host: string, what: string): HubRefusal {
  return new HubRefusal(
    'hub_error',
    'hub_error',
    `Cannot use the answer of ${host}: ${what}. Check HF_ENDPOINT, and proxies on the way.`,
  );
}

/** @throws HubRefusal hub_error */
export function jsonIn({ body, url, headers }: HubAnswer): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    const type = headers['content-type']?.split(';')[0] ?? 'no Content-Type';
    throw nonsense(new URL(url).host, `expected JSON, found ${type.replace(/[^\x20-\x7e]/g, '?')}`);
  }
}

/** Reads one page of a tree: its files, without the folders. @throws HubRefusal hub_error */
export function filesIn(answer: HubAnswer): PlannedFile[] {
  const { host } = new URL(answer.url);
  const entries = jsonIn(answer);
  if (!Array.isArray(entries)) throw nonsense(host, 'expected a list of files, found something else');
  return entries.flatMap((entry: unknown) => {
    if (!isRecord(entry)) throw nonsense(host, 'expected entries of a tree, found something else');
    return entry.type === 'file' ? [fileIn(entry, host)] : [];
  });
}

/**
 * Returns the next page, on the hub itself: a mirror may pass on the links of the hub behind it.
 * @throws DownloadError redirect_refused for a page on another origin
 */
export function nextPage(endpoint: string, { url, headers }: HubAnswer): string | undefined {
  const link = /<([^>]*)>\s*;[^,<]*\brel="?next\b/i.exec(headers.link ?? '')?.[1];
  if (link === undefined) return undefined;
  if (!URL.canParse(link, url))
    throw nonsense(new URL(url).host, 'expected a URL of the next page, found something else');
  const next = new URL(link, url);
  if (next.origin === new URL(endpoint).origin) return next.href;
  if (next.origin === 'https://huggingface.co') return endpoint + next.pathname + next.search;
  throw new DownloadError(
    'redirect_refused',
    `Cannot follow the list of files to ${next.host}: expected the next page on ${new URL(url).host}. Check HF_ENDPOINT.`,
  );
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fileIn({ path, size, oid, lfs }: Record<string, unknown>, host: string): PlannedFile {
  if (typeof path !== 'string') throw nonsense(host, 'expected the path of a file, found none');
  const where = JSON.stringify(path.slice(0, 200));
  const large = isRecord(lfs) ? lfs : undefined;
  const bytes = large?.size ?? size;
  if (!Number.isSafeInteger(bytes) || (bytes as number) < 0)
    throw nonsense(host, `expected the size of ${where}, found none`);
  const hex = large === undefined ? oid : large.oid;
  const algorithm = large === undefined ? 'git-sha1' : 'sha256';
  const length = algorithm === 'sha256' ? 64 : 40;
  if (typeof hex !== 'string' || hex.length !== length || !/^[0-9a-f]+$/i.test(hex)) {
    throw nonsense(host, `expected the ${algorithm} of ${where}, found none`);
  }
  return { path, size: bytes as number, digest: { algorithm, hex: hex.toLowerCase() } };
}
