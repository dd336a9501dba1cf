import * as z from 'zod/mini';
import { clockOffset, text, webOrigin, whole } from '../schemas.js';
import type { HubFaultEffect, HubRouteName } from './hub-fault.js';

/** The properties of a kind of fault, apart from its effect. */
export interface FaultKind {
  /** `before`: changes repos or the request. `after`: changes the answer. */
  phase: 'before' | 'after';
  /**
   * The requests it applies to by default; `file bytes` are answers that carry a repo's file, `part of a file` those
   * with status 206.
   */
  usually: 'file bytes' | 'part of a file' | 'anything' | 'the hub' | readonly HubRouteName[];
  /** The fields of the effect besides `type`, as schemas. */
  fields: Readonly<Record<string, z.ZodMiniType>>;
}

const bytes = whole();
const ms = whole();
const seconds = z.optional(whole());
const offset = z.optional(whole(-Number.MAX_SAFE_INTEGER));
const place = { atByte: z.optional(bytes), afterBytes: z.optional(bytes) };

/** All kinds of fault, in the order of the table in docs/testing-downloaders.md. */
export const faultKinds: Readonly<Record<HubFaultEffect['type'], FaultKind>> = {
  'signature-lifetime': { phase: 'before', usually: ['resolve'], fields: { ms } },
  refuse: { phase: 'after', usually: ['cdn'], fields: { status: z.optional(z.literal([400, 401, 403, 410])) } },
  'rate-limit': {
    phase: 'after',
    usually: 'the hub',
    fields: {
      headers: z.optional(z.literal([true, false, 'Retry-After', 'RateLimit'])),
      retryAfterSeconds: seconds,
    },
  },
  'server-error': {
    phase: 'after',
    usually: 'anything',
    fields: { status: z.optional(whole(500, 599)), retryAfterSeconds: seconds },
  },
  reset: { phase: 'after', usually: 'file bytes', fields: place },
  stall: { phase: 'after', usually: 'file bytes', fields: { ...place, ms: z.optional(ms) } },
  truncated: { phase: 'after', usually: 'file bytes', fields: place },
  'short-range': { phase: 'after', usually: 'part of a file', fields: { bytes: whole(1) } },
  'ignore-range': {
    phase: 'after',
    usually: 'part of a file',
    fields: { body: z.optional(z.literal(['whole', 'part', 'html'])) },
  },
  'wrong-content-range': {
    phase: 'after',
    usually: 'part of a file',
    fields: { shift: offset, total: z.optional(bytes) },
  },
  'flip-bit': {
    phase: 'after',
    usually: 'file bytes',
    fields: { atByte: bytes, bit: z.optional(whole(0, 7)) },
  },
  'slow-body': {
    phase: 'after',
    usually: 'file bytes',
    fields: { bytesPerSecond: whole(1), share: z.optional(z.literal(['each', 'total'])) },
  },
  latency: { phase: 'after', usually: 'anything', fields: { ms } },
  'no-head': { phase: 'after', usually: 'anything', fields: { status: z.optional(whole(400, 599)) } },
  'no-content-length': {
    phase: 'after',
    usually: 'file bytes',
    fields: { end: z.optional(z.literal(['chunked', 'close'])) },
  },
  gzip: { phase: 'after', usually: 'file bytes', fields: {} },
  'move-branch': { phase: 'before', usually: 'anything', fields: { branch: z.optional(text), to: z.optional(text) } },
  'drop-commit': { phase: 'before', usually: 'anything', fields: { commit: z.optional(text) } },
  redirect: {
    phase: 'after',
    usually: ['resolve'],
    fields: { to: z.literal(['another-protocol', 'private-address', 'loop']) },
  },
  'clock-skew': { phase: 'before', usually: 'anything', fields: { ms: clockOffset } },
  'foreign-link': { phase: 'after', usually: ['tree', 'search'], fields: { origin: z.optional(webOrigin) } },
};
