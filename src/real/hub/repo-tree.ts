import { DownloadError } from '../download-error.js';
import type { PlannedFile } from '../plan.js';
import { HubRefusal } from './hub-errors.js';
import type { HubAnswer } from './hub-requests.js';

/** The hub answers, but not with what its API promises. */
export function nonsense(host: string, what: string): HubRefusal {
  return new HubRefusal(
    'hub_error',
    'hub_error',
    `${host} answers with something that cannot be used: ${what}. Check HF_ENDPOINT, and what is between here and there.`,
  );
}

/** @throws HubRefusal hub_error */
export function jsonIn({ body, url, headers }: HubAnswer): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    const type = headers['content-type']?.split(';')[0] ?? 'no Content-Type';
    throw nonsense(new URL(url).host, `no JSON, but ${type.replace(/[^\x20-\x7e]/g, '?')}`);
  }
}

/** One page of a tree: its files, without the folders. @throws HubRefusal hub_error */
export function filesIn(answer: HubAnswer): PlannedFile[] {
  const { host } = new URL(answer.url);
  const entries = jsonIn(answer);
  if (!Array.isArray(entries)) throw nonsense(host, 'a tree that is no list');
  return entries.flatMap((entry: unknown) => {
    if (!isRecord(entry)) throw nonsense(host, 'a tree with an entry that is none');
    return entry.type === 'file' ? [fileIn(entry, host)] : [];
  });
}

/**
 * The page after this one, on the hub itself: a mirror passes on the links of the hub behind it.
 * @throws DownloadError redirect_refused for a page anywhere else
 */
export function nextPage(endpoint: string, { url, headers }: HubAnswer): string | undefined {
  const link = /<([^>]*)>\s*;[^,<]*\brel="?next\b/i.exec(headers.link ?? '')?.[1];
  if (link === undefined) return undefined;
  if (!URL.canParse(link, url)) throw nonsense(new URL(url).host, 'a link to a next page that is no URL');
  const next = new URL(link, url);
  if (next.origin === new URL(endpoint).origin) return next.href;
  if (next.origin === 'https://huggingface.co') return endpoint + next.pathname + next.search;
  throw new DownloadError(
    'redirect_refused',
    `${new URL(url).host} continues its list of files on ${next.host}, which modeldock does not follow. Check HF_ENDPOINT.`,
  );
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fileIn({ path, size, oid, lfs }: Record<string, unknown>, host: string): PlannedFile {
  if (typeof path !== 'string') throw nonsense(host, 'a file without a path');
  const where = JSON.stringify(path.slice(0, 200));
  const large = isRecord(lfs) ? lfs : undefined;
  const bytes = large?.size ?? size;
  if (!Number.isSafeInteger(bytes) || (bytes as number) < 0) throw nonsense(host, `no size of ${where}`);
  const hex = large === undefined ? oid : large.oid;
  const algorithm = large === undefined ? 'git-sha1' : 'sha256';
  const length = algorithm === 'sha256' ? 64 : 40;
  if (typeof hex !== 'string' || hex.length !== length || !/^[0-9a-f]+$/i.test(hex)) {
    throw nonsense(host, `no ${algorithm} of ${where}`);
  }
  return { path, size: bytes as number, digest: { algorithm, hex: hex.toLowerCase() } };
}
