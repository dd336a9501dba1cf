/* The journal of requests, and what is computed from it. Tokens and signatures are never recorded. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Caller } from './origin/access.js';
import type { HubRouteName } from './faults/hub-fault.js';
import { redactHeader } from '../core/redact.js';

/** One request. */
export interface HubJournalEntry {
  /** Counted from 1. */
  id: number;
  /** By the hub's clock, in ms. */
  at: number;
  origin: 'hub' | 'cdn';
  method: string;
  /** Path and query; signatures, tokens and other secrets are replaced by `****`. */
  target: string;
  route: HubRouteName;
  repo?: string;
  file?: string;
  /** The headers, in lower case; credentials are replaced by `[user]`, `[bad token]` or `****`. */
  headers: Record<string, string>;
  /** The number of its connection to this origin, counted from 1. */
  connection: number;
  /** How many connections to this origin were open at that time. */
  connectionsOpen: number;
  /** How many requests for this file (or, without a file, to this origin) were being answered, this one included. */
  atOnce: number;
  /** Absent if not even headers were sent. */
  status?: number;
  /** The bytes `[start, end)` of the file that were sent. */
  served?: { start: number; end: number };
  /** The ids of the faults that were applied. */
  faults: string[];
  /** `cut`: the hub broke off, because of a fault. `left`: the client did. */
  outcome: 'open' | 'complete' | 'cut' | 'left' | 'failed';
}

/** What the journal shows about one file. */
export interface FileSummary {
  repo: string;
  file: string;
  /** The number of requests for `/resolve/`. */
  resolves: number;
  /** The number of requests for its bytes. */
  requests: number;
  bytesServed: number;
  /** How many bytes were sent more than once, each repetition counted. */
  bytesTwice: number;
  /** The bytes that were sent, in order, overlaps merged. */
  served: [start: number, end: number][];
  /** The largest number of simultaneous requests for its bytes. */
  atOnce: number;
}

/** What the journal shows as a whole. */
export interface JournalSummary {
  /** The number of all requests, also of those that the journal dropped. */
  requests: number;
  /** The number of dropped requests: the figures about connections and files do not include them. */
  forgotten: number;
  /** The largest number of simultaneous requests. */
  atOnce: { hub: number; cdn: number };
  /** The number of different connections, and the largest number that were open when a request arrived. */
  connections: { hub: number; cdn: number };
  connectionsAtOnce: { hub: number; cdn: number };
  /**
   * The number of requests to the CDN with an Authorization header, which leaks a token. It includes dropped requests.
   */
  authorizationAtCdn: number;
  files: FileSummary[];
}

/** The journal, as a reader sees it. */
export interface HubJournal {
  /** Lists entries, the oldest first. The oldest are dropped when there are too many. */
  entries(): HubJournalEntry[];
  summary(): JournalSummary;
  clear(): void;
}

/** The journal, as the hub writes it. */
export interface JournalWriter extends HubJournal {
  open(entry: Omit<HubJournalEntry, 'id' | 'atOnce' | 'outcome' | 'faults'>): HubJournalEntry;
  /** Must be called exactly once for every opened entry. */
  close(entry: HubJournalEntry, outcome: HubJournalEntry['outcome']): void;
}

/** Creates a journal of at most `limit` entries. */
export function createJournal(limit: number): JournalWriter {
  let entries: HubJournalEntry[] = [];
  let counted = 0;
  const atOnce = new Map<string, number>();
  let totals = { requests: 0, authorizationAtCdn: 0 };
  let peaks = { hub: 0, cdn: 0 };
  const busy = { hub: 0, cdn: 0 };

  return {
    open(request) {
      const topic = topicOf(request);
      const now = (atOnce.get(topic) ?? 0) + 1;
      atOnce.set(topic, now);
      busy[request.origin]++;
      peaks[request.origin] = Math.max(peaks[request.origin], busy[request.origin]);
      const entry: HubJournalEntry = { ...request, id: ++counted, atOnce: now, faults: [], outcome: 'open' };
      entries.push(entry);
      totals.requests++;
      if (request.origin === 'cdn' && 'authorization' in request.headers) totals.authorizationAtCdn++;
      // Dropped in batches: shifting one entry off a long list for every request costs more than the request.
      if (entries.length > limit * 1.25) entries = entries.slice(-limit);
      return entry;
    },
    close(entry, outcome) {
      entry.outcome = outcome;
      const topic = topicOf(entry);
      const left = (atOnce.get(topic) ?? 1) - 1;
      if (left > 0) atOnce.set(topic, left);
      else atOnce.delete(topic);
      busy[entry.origin]--;
    },
    entries: () => structuredClone(entries.slice(-limit)),
    summary: () => ({
      ...totals,
      forgotten: Math.max(0, totals.requests - limit),
      atOnce: { ...peaks },
      ...summarize(entries.slice(-limit)),
    }),
    clear() {
      entries = [];
      totals = { requests: 0, authorizationAtCdn: 0 };
      peaks = { ...busy };
    },
  };
}

/** Returns the headers for the journal, without secrets. */
export function redactedHeaders(headers: IncomingHttpHeaders, caller: Caller): Record<string, string> {
  const who = typeof caller === 'string' ? `[${caller}]` : `[${caller.user}]`;
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      if (name === 'authorization') return [name, who];
      return [name, redactHeader(name, Array.isArray(value) ? value.join(', ') : (value ?? ''))];
    }),
  );
}

function topicOf({ origin, repo, file, route }: Pick<HubJournalEntry, 'origin' | 'repo' | 'file' | 'route'>): string {
  return file === undefined ? origin : `${origin} ${route} ${repo!} ${file}`;
}

/** Computes the summary of the kept entries. */
function summarize(
  entries: readonly HubJournalEntry[],
): Pick<JournalSummary, 'connections' | 'connectionsAtOnce' | 'files'> {
  const files = new Map<string, FileSummary & { pieces: [number, number][] }>();
  for (const { repo, file, route, served, atOnce } of entries) {
    if (repo === undefined || file === undefined) continue;
    const key = `${repo}\0${file}`;
    const known = files.get(key);
    const summary = known ?? {
      repo,
      file,
      resolves: 0,
      requests: 0,
      bytesServed: 0,
      bytesTwice: 0,
      served: [],
      atOnce: 0,
      pieces: [],
    };
    if (known === undefined) files.set(key, summary);
    if (route === 'resolve') summary.resolves++;
    if (served === undefined && route !== 'cdn' && route !== 'resolve-cache') continue;
    summary.requests++;
    summary.atOnce = Math.max(summary.atOnce, atOnce);
    if (served !== undefined && served.end > served.start) summary.pieces.push([served.start, served.end]);
  }
  return {
    connections: { hub: connections(entries, 'hub'), cdn: connections(entries, 'cdn') },
    connectionsAtOnce: { hub: mostOpen(entries, 'hub'), cdn: mostOpen(entries, 'cdn') },
    files: [...files.values()].map(({ pieces, ...summary }) => {
      const served = merged(pieces);
      const bytesServed = sum(pieces);
      return { ...summary, served, bytesServed, bytesTwice: bytesServed - sum(served) };
    }),
  };
}

function connections(entries: readonly HubJournalEntry[], origin: 'hub' | 'cdn'): number {
  return new Set(entries.filter((entry) => entry.origin === origin).map(({ connection }) => connection)).size;
}

function mostOpen(entries: readonly HubJournalEntry[], origin: 'hub' | 'cdn'): number {
  return entries.reduce((most, entry) => (entry.origin === origin ? Math.max(most, entry.connectionsOpen) : most), 0);
}

function merged(pieces: readonly [number, number][]): [number, number][] {
  const result: [number, number][] = [];
  for (const [start, end] of [...pieces].sort(([a], [b]) => a - b)) {
    const last = result.at(-1);
    if (last !== undefined && start <= last[1]) last[1] = Math.max(last[1], end);
    else result.push([start, end]);
  }
  return result;
}

function sum(pieces: readonly [number, number][]): number {
  return pieces.reduce((bytes, [start, end]) => bytes + end - start, 0);
}
