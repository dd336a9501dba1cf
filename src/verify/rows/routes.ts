import { modelList } from '../../contract/answers.js';
import { profiles } from '../../contract/profiles.js';
import type { Expectation } from '../expectation.js';
import { get, post } from '../requests.js';
import type { ProbeRow } from '../row.js';

const UNKNOWN = '/api/v1/no-such-route';
const TEXT = { 'Content-Type': 'text/plain' };
const list = { name: 'the list of models, as documented', schema: modelList };

/** Which calls are answered as what. */
export const routeRows: readonly ProbeRow[] = [
  {
    id: 'unknown-route-under-api',
    source: 'observed',
    sentence: 'An unknown route under /api/v1 is a 404 with a text for an error.',
    call: get(UNKNOWN),
    expects: unknownRoute('GET', UNKNOWN, 404),
  },
  {
    id: 'unknown-route-elsewhere',
    source: 'observed',
    sentence: 'An unknown route elsewhere is a 200 with the same text (in the profile strict, a 404).',
    call: get('/no-such-route'),
    expects: ({ profile }) => unknownRoute('GET', '/no-such-route', profiles[profile].unknownRouteStatus),
  },
  {
    id: 'status-has-a-path',
    source: 'observed',
    sentence: 'GET /api/v1/models/download-status is an unknown route.',
    call: get('/api/v1/models/download-status'),
    expects: unknownRoute('GET', '/api/v1/models/download-status', 404),
  },
  {
    id: 'no-list-of-jobs',
    source: 'inferred',
    settles: ['noListOfJobs'],
    sentence: 'The status route without a job is an unknown route.',
    call: get('/api/v1/models/download/status'),
    expects: unknownRoute('GET', '/api/v1/models/download/status', 404),
  },
  {
    id: 'options-without-cors',
    source: 'observed',
    sentence: 'With CORS off, OPTIONS is an unknown route.',
    call: preflight(),
    unless: ({ hasCors }) => (hasCors ? 'the server has CORS on' : undefined),
    expects: unknownRoute('OPTIONS', '/api/v1/models/download', 404),
  },
  {
    id: 'preflight-with-cors',
    source: 'documented',
    sentence: 'With CORS on, a preflight says which origins and methods are allowed.',
    call: preflight(),
    unless: ({ hasCors }) => (hasCors ? undefined : 'the server has CORS off'),
    expects: {
      headers: { 'access-control-allow-origin': /./, 'access-control-allow-methods': /POST/ },
      judge: ({ status }) => (status === 200 || status === 204 ? [] : [`status: expected 200 or 204, found ${status}`]),
    },
  },
  {
    id: 'trace',
    source: 'inferred',
    settles: ['otherMethodsAreUnknownRoutes'],
    sentence: 'TRACE is an unknown route.',
    call: { method: 'TRACE', path: '/api/v1/models' },
    expects: unknownRoute('TRACE', '/api/v1/models', 404),
  },
  {
    id: 'head',
    source: 'inferred',
    settles: ['headIsGetWithoutBody'],
    sentence: 'HEAD is answered as GET, without the body.',
    call: { method: 'HEAD', path: '/api/v1/models' },
    expects: { status: 200, headers: { 'content-type': 'application/json; charset=utf-8' }, text: '' },
  },
  {
    id: 'head-of-unknown-route',
    source: 'inferred',
    settles: ['headIsGetWithoutBody'],
    sentence: 'HEAD of an unknown route has the status of GET, without the body.',
    call: { method: 'HEAD', path: UNKNOWN },
    expects: { status: 404, text: '' },
  },
  {
    id: 'paths-ignore-case',
    source: 'inferred',
    settles: ['pathsIgnoreCase'],
    sentence: 'A path is found in any case.',
    call: get('/API/V1/Models'),
    expects: { status: 200, schema: list },
  },
  {
    id: 'trailing-slash',
    source: 'inferred',
    settles: ['oneTrailingSlashIsIgnored'],
    sentence: 'One slash at the end of a path is ignored.',
    call: get('/api/v1/models/'),
    expects: { status: 200, schema: list },
  },
  {
    id: 'content-type-before-route',
    source: 'observed',
    sentence: 'Under /api/v1, a POST of another content type is a 415 whatever its path.',
    call: post(UNKNOWN, 'no JSON', { headers: TEXT }),
    expects: { status: 415 },
  },
  {
    id: 'content-type-before-route-of-put',
    source: 'inferred',
    settles: ['wrongTypeBeforeRouting'],
    sentence: 'The same holds for other methods that have a body, such as PUT.',
    call: { method: 'PUT', path: UNKNOWN, headers: TEXT, body: 'no JSON' },
    expects: { status: 415 },
  },
  {
    id: 'inference-routes',
    source: 'documented',
    sentence: 'POST /v1/chat/completions is a route: an empty request is not answered as an unknown one.',
    call: post('/v1/chat/completions', {}),
    expects: {
      described: 'any answer but that of an unknown route',
      judge: ({ body }) => (body.includes('Unexpected endpoint') ? ['body: that of an unknown route'] : []),
    },
  },
];

function unknownRoute(method: string, path: string, status: number): Expectation {
  return { status, text: `{"error":"Unexpected endpoint or method. (${method} ${path})"}` };
}

/** Without an origin: an engine that really downloads turns pages of other sites away, and LM Studio does not look at it. */
function preflight() {
  return {
    method: 'OPTIONS',
    path: '/api/v1/models/download',
    headers: { 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'content-type' },
  };
}
