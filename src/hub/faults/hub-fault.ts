/*
 * Faults as data: which requests, and what goes wrong with them. The same description works in process, as JSON over
 * the control API, and in a file.
 */

import type { NthCall } from '../../core/nth-call.js';

/** What a request is for. `cdn` is the file behind a signed URL, `resolve-cache` a small file on the hub itself. */
export type HubRouteName =
  | 'info'
  | 'tree'
  | 'paths-info'
  | 'search'
  | 'refs'
  | 'commits'
  | 'auth-check'
  | 'whoami'
  | 'ask-access'
  | 'xet-token'
  | 'resolve'
  | 'raw'
  | 'resolve-cache'
  | 'cdn'
  | 'other';

/** All of them, as data. */
export const hubRouteNames = [
  'info',
  'tree',
  'paths-info',
  'search',
  'refs',
  'commits',
  'auth-check',
  'whoami',
  'ask-access',
  'xet-token',
  'resolve',
  'raw',
  'resolve-cache',
  'cdn',
  'other',
] as const satisfies readonly HubRouteName[];

/** What goes wrong. Bytes are offsets into the file (`atByte`) or into this answer's body (`afterBytes`). */
export type HubFaultEffect =
  /** Signed URLs handed out live this long instead of an hour. */
  | { type: 'signature-lifetime'; ms: number }
  /** The CDN refuses, with XML. */
  | { type: 'refuse'; status?: 400 | 401 | 403 | 410 }
  /** 429, with Retry-After and RateLimit, or one of them, or none: then the client is left to guess. */
  | { type: 'rate-limit'; headers?: boolean | 'Retry-After' | 'RateLimit'; retryAfterSeconds?: number }
  | { type: 'server-error'; status?: number; retryAfterSeconds?: number }
  /** The connection is reset (RST): there, or before any answer. */
  | { type: 'reset'; atByte?: number; afterBytes?: number }
  /** Silence: there, or before any answer; for `ms`, or for good. */
  | { type: 'stall'; atByte?: number; afterBytes?: number; ms?: number }
  /** The right Content-Length, but the connection closes early. */
  | { type: 'truncated'; atByte?: number; afterBytes?: number }
  /** A 206 that is honest about holding fewer bytes than were asked for. */
  | { type: 'short-range'; bytes: number }
  /** 200 to a range request: with the whole file, with only the part asked for, or with the HTML page of a network's login. */
  | { type: 'ignore-range'; body?: 'whole' | 'part' | 'html' }
  /** A Content-Range that does not fit the body: moved by `shift` bytes, and/or with another `total`. */
  | { type: 'wrong-content-range'; shift?: number; total?: number }
  /** One bit of the file arrives inverted. `bit` counts from the lowest. */
  | { type: 'flip-bit'; atByte: number; bit?: number }
  /** A capped line: one for each request, or one that all of them share. */
  | { type: 'slow-body'; bytesPerSecond: number; share?: 'each' | 'total' }
  /** The first byte comes late. */
  | { type: 'latency'; ms: number }
  | { type: 'no-head'; status?: number }
  /** The body's end is marked by chunks, or by closing the connection. */
  | { type: 'no-content-length'; end?: 'chunked' | 'close' }
  /** Compressed, whatever Accept-Encoding said. */
  | { type: 'gzip' }
  /** A branch moves before this request is answered. Default: `main`, to the next commit. */
  | { type: 'move-branch'; branch?: string; to?: string }
  /** A commit is gone before this request is answered. Default: the one the request names. */
  | { type: 'drop-commit'; commit?: string }
  | { type: 'redirect'; to: 'another-protocol' | 'private-address' | 'loop' }
  /** The hub's clock is off for this request: the Date header, and the dates in what it signs. */
  | { type: 'clock-skew'; ms: number }
  /** `Link: rel="next"` names another origin, as a mirror does that passes the real hub's answers on. */
  | { type: 'foreign-link'; origin?: string };

/** Which requests a fault is for. What is left out matches everything. */
export interface HubFaultSelection {
  route?: HubRouteName | HubRouteName[];
  repo?: string;
  /** A path in the repo; `*` stands for any characters. */
  file?: string;
  method?: string;
  /** Among the requests this target matches, counted from 1: one number, several, or a span with both ends included. */
  nth?: NthCall;
  /** Only answers that hold this byte of the file. */
  covers?: number;
}

/** One fault. */
export interface HubFault {
  /** Chosen by the hub when missing. */
  id?: string;
  when?: HubFaultSelection;
  /** Only some requests can be hit by it, and then it is over; without it, it stays. */
  times?: number;
  effect: HubFaultEffect;
}

/** A fault as the hub keeps it. */
export interface HubFaultStatus extends HubFault {
  id: string;
  /** Requests that its target matched so far, and those it was done to. */
  seen: number;
  fired: number;
}
