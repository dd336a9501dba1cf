import { inferred } from '../../contract/inferred.js';
import { load, NO_MODEL, unload } from '../requests.js';
import type { ProbeRow } from '../row.js';

const wrongValue = load({ model: NO_MODEL, context_length: -1 });

/** Loads and unloads of what is not there. */
export const loadRows: readonly ProbeRow[] = [
  ...[
    { id: 'load-unknown-model', model: NO_MODEL, what: 'a model that is not there' },
    { id: 'load-variant', model: `${NO_MODEL}@q4_k_m`, what: 'a key with a variant' },
  ].map(({ id, model, what }): ProbeRow => ({
    id,
    source: 'observed',
    sentence: `Loading ${what} is a 404 that names it.`,
    call: load({ model }),
    expects: {
      status: 404,
      json: { error: { type: 'model_not_found', message: `Model ${model} not found in downloaded models` } },
    },
  })),
  {
    id: 'load-unknown-key',
    source: 'observed',
    sentence: 'An unknown key in the body of a load is a 400 that names it.',
    call: load({ model: NO_MODEL, ttl: 60 }),
    expects: {
      status: 400,
      json: {
        error: {
          type: 'invalid_request',
          message: "Unrecognized key(s) in object: 'ttl'",
          code: 'unrecognized_keys',
        },
      },
    },
  },
  {
    id: 'load-wrong-value',
    source: 'inferred',
    settles: ['wrongValueCode'],
    sentence: 'A value out of range is a 400 with the code invalid_value.',
    call: wrongValue,
    expects: {
      status: 400,
      error: { type: 'invalid_request', code: inferred.wrongValueCode.value, param: 'context_length' },
    },
  },
  {
    id: 'load-wrong-value-message',
    source: 'inferred',
    settles: ['wrongValueMessage'],
    sentence: 'The error about a value out of range says what was expected.',
    call: wrongValue,
    expects: { error: { message: inferred.wrongValueMessage.value('context_length', 'a number above 0') } },
  },
  {
    id: 'unload-without-instance',
    source: 'observed',
    sentence: 'An unload without an instance is a 400 that names the missing field.',
    call: unload({}),
    expects: {
      status: 400,
      json: {
        error: {
          type: 'invalid_request',
          message: "Missing required field 'instance_id'",
          code: 'missing_required_parameter',
          param: 'instance_id',
        },
      },
    },
  },
  {
    id: 'unload-unknown-instance',
    source: 'observed',
    sentence: 'Unloading an instance that is not loaded is a 404 that names it.',
    call: unload({ instance_id: NO_MODEL }),
    expects: {
      status: 404,
      json: {
        error: { type: 'model_not_found', message: `Model with instance identifier '${NO_MODEL}' is not loaded.` },
      },
    },
  },
];
