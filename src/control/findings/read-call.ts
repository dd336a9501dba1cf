import { matchRoute, plainPath, type RouteMatch } from '../../api/routes.js';
import type { JournalEntry } from '../journal/entry.js';
import type { JournalText } from '../journal/text.js';

/** A call of the journal, and what it shows about downloads. */
export interface ReadCall {
  entry: JournalEntry;
  /**
   * The documented route of its path. It is matched anew, because a fault or the token check may have answered before
   * the api.
   */
  match?: RouteMatch;
  /** The job whose status it asks for, in the path's spelling; '' if the path has none. */
  statusOf?: string;
  /** The download that it asks for. */
  asksFor?: { model: string; quantization?: string };
  /** The state of a download that the answer contained, if the client could read it. */
  reported?: { status: string; job?: string };
}

export function readJournaledCall(entry: JournalEntry): ReadCall {
  const match = matchRoute(entry);
  const statusOf = entry.method === 'GET' ? (match?.jobId ?? noJobOf(entry.path)) : undefined;
  const asksFor = match?.name === 'download' ? readRequest(entry) : undefined;
  const reported = match?.name === 'download' || match?.name === 'status' ? readAnswer(entry) : undefined;
  return {
    entry,
    ...(match && { match }),
    ...(statusOf !== undefined && { statusOf }),
    ...(asksFor && { asksFor }),
    ...(reported && { reported }),
  };
}

/** Detects an empty job id, which makes a path without a route. */
function noJobOf(path: string): '' | undefined {
  return plainPath(path) === '/api/v1/models/download/status' ? '' : undefined;
}

/** Whether the client had the answer to `earlier` when it sent `later`. */
export function cameAfter(later: ReadCall, earlier: ReadCall): boolean {
  return earlier.entry.answeredBefore !== undefined && later.entry.id >= earlier.entry.answeredBefore;
}

/** Whether a job id is the text of a missing value or of an unfilled template. */
export function isPlaceholder(jobId: string): boolean {
  return PLACEHOLDER.test(jobId);
}

export function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string | undefined): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

export function idsOf(calls: Iterable<ReadCall>): number[] {
  return [...new Set([...calls].map(({ entry }) => entry.id))].sort((one, other) => one - other);
}

// Matches the words for a missing value in JavaScript, Python, Go and Rust, and templates of several languages.
const PLACEHOLDER = /^(?:undefined|null|nan|none|nil|job_?id|\[object .*|:.*|\$?\{.*\}|%?<.*>|some\(.*\)|)$/i;

function readRequest({ request }: JournalEntry): ReadCall['asksFor'] {
  const body = parseObject(request.body);
  if (typeof body?.model !== 'string') return undefined;
  const { model, quantization } = body;
  return { model, ...(typeof quantization === 'string' && { quantization }) };
}

function readAnswer({ status, answer }: JournalEntry): ReadCall['reported'] {
  const body = status === 200 ? parseObject(answer?.body) : undefined;
  if (typeof body?.status !== 'string') return undefined;
  const { status: reported, job_id: job } = body;
  return { status: reported, ...(typeof job === 'string' && { job }) };
}

/** Parses a body as an object; undefined where a client could not have parsed it either. */
function parseObject(body: JournalText | undefined): Record<string, unknown> | undefined {
  if (!body) return undefined;
  try {
    const value = JSON.parse(body.text) as unknown;
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
