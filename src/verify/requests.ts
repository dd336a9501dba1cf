import type { ProbeCall } from './row.js';

/*
 * The calls of the probes. None of them can start, load, unload or delete anything: each names a model, a job or an
 * instance that no server has, or has a body that no server accepts.
 */

/** A catalog id that no catalog has: what a careless server makes of it fails for want of the model. */
export const NO_MODEL = 'modeldock-verify/no-such-model';
export const NO_JOB = 'job_0000000000';
/** `.example` belongs to no site (RFC 2606). */
export const OTHER_HOST_LINK = 'https://modeldock-verify.example/modeldock-verify/no-such-model';
export const FILE_LINK = 'https://huggingface.co/modeldock-verify/no-such-model/resolve/main/no-such-file.gguf';

const JSON_TYPE = { 'Content-Type': 'application/json' };

export function get(path: string, more: Partial<ProbeCall> = {}): ProbeCall {
  return { method: 'GET', path, ...more };
}

/** A POST of JSON. @param body a text and bytes go as they are */
export function post(path: string, body: unknown, more: Partial<ProbeCall> = {}): ProbeCall {
  return {
    method: 'POST',
    path,
    headers: JSON_TYPE,
    body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
    ...more,
  };
}

export function start(body: unknown, more?: Partial<ProbeCall>): ProbeCall {
  return post('/api/v1/models/download', body, more);
}

export function load(body: unknown): ProbeCall {
  return post('/api/v1/models/load', body);
}

export function unload(body: unknown): ProbeCall {
  return post('/api/v1/models/unload', body);
}
