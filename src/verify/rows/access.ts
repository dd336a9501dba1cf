import { get } from '../requests.js';
import type { ProbeRow, ServerFacts } from '../row.js';

const LEARN_MORE = 'Learn more at: https://lmstudio.ai/docs/developer/core/authentication.';
const MALFORMED = 'modeldock-verify';
const WELL_FORMED = 'sk-lm-MDVERIFY:00000000000000000000';

/** Tokens. */
export const accessRows: readonly ProbeRow[] = [
  {
    id: 'any-token-passes',
    source: 'observed',
    sentence: 'With authentication off, any token passes.',
    call: get('/api/v1/models', { authorization: `Bearer ${MALFORMED}` }),
    unless: ({ asksForToken }) => (asksForToken ? 'the server asks for a token' : undefined),
    expects: { status: 200 },
  },
  {
    id: 'missing-token',
    source: 'observed',
    sentence: 'With authentication on, a call without a token is a 401 that says how to send one.',
    call: get('/api/v1/models', { authorization: 'none' }),
    unless: withoutAuthentication,
    expects: {
      status: 401,
      json: {
        error: {
          type: 'invalid_request',
          code: 'invalid_api_key',
          message:
            'An LM Studio API token is required to make requests to this server, but none was provided using the ' +
            "Authorization header using the 'Bearer' scheme (i.e., 'Authorization: Bearer $LM_API_TOKEN'). " +
            LEARN_MORE,
        },
      },
    },
  },
  {
    id: 'malformed-token',
    source: 'observed',
    sentence: 'A malformed token is a 401 that shows its first 10 characters.',
    call: get('/api/v1/models', { authorization: `Bearer ${MALFORMED}` }),
    unless: withoutAuthentication,
    expects: { status: 401, json: { error: refusalOf(MALFORMED) } },
  },
  {
    id: 'well-formed-wrong-token',
    source: 'inferred',
    settles: ['wellFormedWrongToken'],
    sentence: 'A well-formed token that is not the right one is answered as a malformed one.',
    call: get('/api/v1/models', { authorization: `Bearer ${WELL_FORMED}` }),
    unless: withoutAuthentication,
    expects: { status: 401, json: { error: refusalOf(WELL_FORMED) } },
  },
];

function withoutAuthentication({ asksForToken }: ServerFacts): string | undefined {
  return asksForToken ? undefined : 'the server asks for no token';
}

function refusalOf(token: string) {
  const shown = token.slice(0, 10).padEnd(token.length, '*');
  return {
    type: 'invalid_request',
    code: 'invalid_api_key',
    message: `Malformed LM Studio API token provided: ${shown}. Ensure you are using a valid token. ${LEARN_MORE}`,
  };
}
