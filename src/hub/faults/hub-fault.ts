/*
 * Faults as data: which requests, and what happens to them. The same description works in process, as JSON over the
 * control API, and in a file.
 */

import type { NthCall } from '../../core/nth-call.js';

/** The purpose of a request. `cdn` is the file behind a signed URL, `resolve-cache` a small file on the hub itself. */
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

/** What happens. Bytes are offsets into the file (`atByte`) or into this answer's body (`afterBytes`). */
export type HubFaultEffect =
  /** Signed URLs expire after this time instead of an hour. */
  | { type: 'signature-lifetime'; ms: number }
  /** The CDN refuses, with XML. */
  | { type: 'refuse'; status?: 400 | 401 | 403 | 410 }
  /** 429, with Retry-After and RateLimit, with one of them, or with none. */
  | { type: 'rate-limit'; headers?: boolean | 'Retry-After' | 'RateLimit'; retryAfterSeconds?: number }
  | { type: 'server-error'; status?: number; retryAfterSeconds?: number }
  /** The connection is reset (RST): at that byte, or before any answer. */
  | { type: 'reset'; atByte?: number; afterBytes?: number }
  /** Nothing more is sent: from that byte on, or from the start; for `ms`, or forever. */
  | { type: 'stall'; atByte?: number; afterBytes?: number; ms?: number }
  /** The right Content-Length, but the connection closes early. */
  | { type: 'truncated'; atByte?: number; afterBytes?: number }
  /** A 206 that announces and contains fewer bytes than requested. */
  | { type: 'short-range'; bytes: number }
  /**
   * 200 to a range request: with the whole file, with only the requested part, or with the HTML page of a network's
   * login.
   */
  | { type: 'ignore-range'; body?: 'whole' | 'part' | 'html' }
  /** A Content-Range that does not match the body: moved by `shift` bytes, and/or with another `total`. */
  | { type: 'wrong-content-range'; shift?: number; total?: number }
  /** One bit of the file arrives inverted. `bit` counts from the lowest. */
  | { type: 'flip-bit'; atByte: number; bit?: number }
  /** A limited speed: for each request, or for all of them together. */
  | { type: 'slow-body'; bytesPerSecond: number; share?: 'each' | 'total' }
  /** The first byte is late. */
  | { type: 'latency'; ms: number }
  | { type: 'no-head'; status?: number }
  /** The body's end is marked by chunks, or by closing the connection. */
  | { type: 'no-content-length'; end?: 'chunked' | 'close' }
  /** Compressed, with any Accept-Encoding. */
  | { type: 'gzip' }
  /** A branch moves before this request is answered. Default: `main`, to the next commit. */
  | { type: 'move-branch'; branch?: string; to?: string }
  /** A commit is removed before this request is answered. Default: the one that the request names. */
  | { type: 'drop-commit'; commit?: string }
  | { type: 'redirect'; to: 'another-protocol' | 'private-address' | 'loop' }
  /** The hub's clock is wrong for this request: the Date header, and the dates in what it signs. */
  | { type: 'clock-skew'; ms: number }
  /** `Link: rel="next"` names another origin, as when a mirror passes on the real hub's answers. */
  | { type: 'foreign-link'; origin?: string };

/** Selects the requests that a fault applies to. Without a condition it matches all requests. */
export interface HubFaultSelection {
  route?: HubRouteName | HubRouteName[];
  repo?: string;
  /** A path in the repo; `*` matches any text. */
  file?: string;
  method?: string;
  /** Selects among the matching requests, counted from 1: one number, several, or a span with both ends included. */
  nth?: NthCall;
  /** Only answers that contain this byte of the file. */
  covers?: number;
}

/** One fault. */
export interface HubFault {
  /** Chosen by the hub if it is missing. */
  id?: string;
  when?: HubFaultSelection;
  /** How many requests it changes; without it, all that match. */
  times?: number;
  effect: HubFaultEffect;
}

/** A fault with its counters. */
export interface HubFaultStatus extends HubFault {
  id: string;
  /** How many requests matched so far, and how many it changed. */
  seen: number;
  fired: number;
}
