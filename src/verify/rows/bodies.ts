import { gzipSync } from 'node:zlib';
import { inferred } from '../../contract/inferred.js';
import { NO_MODEL, start } from '../requests.js';
import type { ProbeRow } from '../row.js';

const JSON_TYPE = 'application/json';
const missingModel = { type: 'invalid_request', code: 'missing_required_parameter', param: 'model' };

/** How bodies are read. */
export const bodyRows: readonly ProbeRow[] = [
  {
    id: 'malformed-json',
    source: 'observed',
    sentence: 'A body that is not JSON is a 400 with the code invalid_json.',
    call: start('{"model":'),
    expects: {
      status: 400,
      json: {
        error: {
          type: 'invalid_request',
          message: 'Invalid body: failed to parse JSON value. Please check the value to ensure it is valid JSON',
          code: 'invalid_json',
        },
      },
    },
  },
  {
    id: 'empty-body',
    source: 'inferred',
    settles: ['emptyBodyIsEmptyObject'],
    sentence: 'An empty body is read as {}, and lacks the model.',
    call: start(''),
    expects: { status: 400, error: missingModel },
  },
  {
    id: 'body-limit',
    source: 'inferred',
    settles: ['bodyLimitBytes'],
    sentence: 'A body of more than 1 MiB is a 413.',
    call: start(JSON.stringify({ model: NO_MODEL }).padEnd(inferred.bodyLimitBytes.value + 1)),
    expects: { status: 413, error: { type: 'invalid_request' } },
  },
  {
    id: 'gzip-body',
    source: 'inferred',
    settles: ['encodedBodies'],
    sentence: 'A body in gzip is decoded.',
    call: start(Uint8Array.from(gzipSync('{}')), {
      headers: { 'Content-Type': JSON_TYPE, 'Content-Encoding': 'gzip' },
    }),
    expects: { status: 400, error: missingModel },
  },
  {
    id: 'unknown-coding',
    source: 'inferred',
    settles: ['encodedBodies'],
    sentence: 'A body in a coding that Express does not know is a 415.',
    call: start('{}', { headers: { 'Content-Type': JSON_TYPE, 'Content-Encoding': 'compress' } }),
    expects: { status: 415 },
  },
];
