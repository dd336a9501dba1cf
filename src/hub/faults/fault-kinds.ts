import { clockOffset, oneOf, text, webOrigin, whole, type Reader } from '../validators.js';
import type { FaultAction, HubRouteName } from './fault.js';

/** What there is to know about one kind of fault besides what it does. */
export interface FaultKind {
  /** Before: changes the world or the question. After: changes the answer. */
  phase: 'before' | 'after';
  /**
   * The requests it is for when a fault does not say; `file bytes` are answers that carry a repo's file, `part of a file` those
   * with status 206. */
  usually: 'file bytes' | 'part of a file' | 'anything' | 'the hub' | readonly HubRouteName[];
  fields: Readonly<Record<string, { read: Reader<unknown>; required?: true }>>;
}

const bytes = { read: whole() };
const ms = { read: whole() };
const seconds = { read: whole() };
const offset = { read: whole(-Number.MAX_SAFE_INTEGER) };
const place = { atByte: bytes, afterBytes: bytes };

/** All kinds of fault, in the order of the table in docs/testing-downloaders.md. */
export const faultKinds: Readonly<Record<FaultAction['type'], FaultKind>> = {
  'signature-lifetime': { phase: 'before', usually: ['resolve'], fields: { ms: { ...ms, required: true } } },
  refuse: { phase: 'after', usually: ['cdn'], fields: { status: { read: oneOf(400, 401, 403, 410) } } },
  'rate-limit': {
    phase: 'after',
    usually: 'the hub',
    fields: {
      headers: { read: oneOf<boolean | 'Retry-After' | 'RateLimit'>(true, false, 'Retry-After', 'RateLimit') },
      retryAfterSeconds: seconds,
    },
  },
  'server-error': {
    phase: 'after',
    usually: 'anything',
    fields: { status: { read: whole(500, 599) }, retryAfterSeconds: seconds },
  },
  reset: { phase: 'after', usually: 'file bytes', fields: place },
  stall: { phase: 'after', usually: 'file bytes', fields: { ...place, ms } },
  truncate: { phase: 'after', usually: 'file bytes', fields: place },
  'short-range': { phase: 'after', usually: 'part of a file', fields: { bytes: { read: whole(1), required: true } } },
  'ignore-range': {
    phase: 'after',
    usually: 'part of a file',
    fields: { body: { read: oneOf('whole', 'part', 'html') } },
  },
  'wrong-content-range': { phase: 'after', usually: 'part of a file', fields: { shift: offset, total: bytes } },
  'flip-bit': {
    phase: 'after',
    usually: 'file bytes',
    fields: { atByte: { ...bytes, required: true }, bit: { read: whole(0, 7) } },
  },
  slow: {
    phase: 'after',
    usually: 'file bytes',
    fields: { bytesPerSecond: { read: whole(1), required: true }, share: { read: oneOf('each', 'total') } },
  },
  latency: { phase: 'after', usually: 'anything', fields: { ms: { ...ms, required: true } } },
  'no-head': { phase: 'after', usually: 'anything', fields: { status: { read: whole(400, 599) } } },
  'no-content-length': { phase: 'after', usually: 'file bytes', fields: { end: { read: oneOf('chunked', 'close') } } },
  gzip: { phase: 'after', usually: 'file bytes', fields: {} },
  'move-branch': { phase: 'before', usually: 'anything', fields: { branch: { read: text }, to: { read: text } } },
  'drop-commit': { phase: 'before', usually: 'anything', fields: { commit: { read: text } } },
  redirect: {
    phase: 'after',
    usually: ['resolve'],
    fields: { to: { read: oneOf('another-protocol', 'private-address', 'loop'), required: true } },
  },
  'clock-skew': { phase: 'before', usually: 'anything', fields: { ms: { read: clockOffset, required: true } } },
  'foreign-link': { phase: 'after', usually: ['tree', 'search'], fields: { origin: { read: webOrigin } } },
};
