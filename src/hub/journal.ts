/*
 * What clients did, request by request, and what follows from it. Tokens and signatures never get in.
 */
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
  /** Path and query; signatures, tokens and the like in it read `****`. */
  target: string;
  route: HubRouteName;
  repo?: string;
  file?: string;
  /** As they came, in lower case; credentials read `[user]`, `[bad token]` or `****`. */
  headers: Record<string, string>;
  /** Which connection to this origin it came on, counted from 1. */
  connection: number;
  /** Connections to this origin that were open then. */
  connectionsOpen: number;
  /** Requests for this file (or, without a file, to this origin) that were being answered, this one included. */
  atOnce: number;
  /** Missing when not even headers went out. */
  status?: number;
  /** The bytes `[start, end)` of the file that were handed over. */
  served?: { start: number; end: number };
  /** Ids of the faults that fired. */
  faults: string[];
  /** `cut`: the hub broke it off, as a fault told it to. `left`: the client did. */
  outcome: 'open' | 'complete' | 'cut' | 'left' | 'failed';
}

/** What the journal shows about one file. */
export interface FileSummary {
  repo: string;
  file: string;
  /** Requests for `/resolve/`. */
  resolves: number;
  /** Requests for its bytes. */
  requests: number;
  bytesServed: number;
  /** Bytes that were handed over more than once, each repetition counted. */
  bytesTwice: number;
  /** What was handed over, in order, overlaps merged. */
  served: [start: number, end: number][];
  /** The most requests for its bytes that were being answered at once. */
  atOnce: number;
}

/** What the journal shows as a whole. */
export interface JournalSummary {
  /** All of them, also those the journal has not kept. */
  requests: number;
  /** Requests that no longer fitted: what is said about connections and files leaves them out. */
  forgotten: number;
  /** The most requests that were being answered at once. */
  atOnce: { hub: number; cdn: number };
  /** Different connections that requests came on, and the most that were open when one came. */
  connections: { hub: number; cdn: number };
  connectionsAtOnce: { hub: number; cdn: number };
  /** Requests to the CDN that carried an Authorization header: a leaked token. None is forgotten. */
  authorizationAtCdn: number;
  files: FileSummary[];
}

/** What happened, for reading. */
export interface HubJournal {
  /** Oldest first. Entries that no longer fit are gone, oldest first. */
  entries(): HubJournalEntry[];
  summary(): JournalSummary;
  clear(): void;
}

/** A journal as the hub writes it. */
export interface JournalWriter extends HubJournal {
  open(entry: Omit<HubJournalEntry, 'id' | 'atOnce' | 'outcome' | 'faults'>): HubJournalEntry;
  /** Must be called exactly once for every opened entry. */
  close(entry: HubJournalEntry, outcome: HubJournalEntry['outcome']): void;
}

/** A journal of at most `limit` entries. */
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
      // In batches: shifting one entry off a long list for every request costs more than the request.
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

/** Headers for the journal: everything but secrets. */
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

/** What follows from the entries that are there. */
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
