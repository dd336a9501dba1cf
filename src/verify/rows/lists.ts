import { legacyModelList, modelList, openAiModelList } from '../../contract/answers.js';
import { get, NO_MODEL } from '../requests.js';
import type { ProbeRow } from '../row.js';

const models = get('/api/v1/models');
const greeting = get('/lmstudio-greeting', { authorization: 'none' });

/** The greeting and the lists of models. */
export const listRows: readonly ProbeRow[] = [
  {
    id: 'greeting',
    source: 'documented',
    sentence: 'GET /lmstudio-greeting says that this is LM Studio, without a token.',
    call: greeting,
    expects: { status: 200, json: { lmstudio: true } },
  },
  {
    id: 'greeting-is-compact',
    source: 'inferred',
    settles: ['neighboursArePretty'],
    sentence: 'The greeting is compact JSON.',
    call: greeting,
    expects: { text: '{"lmstudio":true}' },
  },
  {
    id: 'models',
    source: 'documented',
    sentence: 'GET /api/v1/models lists the models with their documented fields.',
    call: models,
    expects: { status: 200, schema: { name: 'the list of models, as documented', schema: modelList } },
  },
  {
    id: 'models-are-pretty',
    source: 'observed',
    sentence: 'Answers under /api/v1 are indented by two spaces.',
    call: models,
    expects: { pretty: true },
  },
  {
    id: 'content-type',
    source: 'observed',
    sentence: 'JSON is sent as application/json; charset=utf-8.',
    call: models,
    expects: { headers: { 'content-type': 'application/json; charset=utf-8' } },
  },
  {
    id: 'express-headers',
    source: 'observed',
    sentence: 'Answers have the headers of Express: X-Powered-By, a length and a weak ETag.',
    call: models,
    expects: { headers: { 'x-powered-by': 'Express', 'content-length': /^\d+$/, etag: /^W\/"[\da-f]+-[^"]{27}"$/ } },
  },
  {
    id: 'keep-alive',
    source: 'observed',
    sentence: 'An idle connection stays open for 5 s.',
    call: models,
    unless: ({ profile }) =>
      profile === 'lmstudio-0.4' ? undefined : `the profile ${profile} says nothing about idle connections`,
    expects: { headers: { 'keep-alive': 'timeout=5' } },
  },
  {
    id: 'openai-models',
    source: 'observed',
    sentence: "GET /v1/models lists the models in OpenAI's words.",
    call: get('/v1/models'),
    expects: { status: 200, schema: { name: "the list of models in OpenAI's words", schema: openAiModelList } },
  },
  {
    id: 'openai-models-are-pretty',
    source: 'inferred',
    settles: ['neighboursArePretty'],
    sentence: 'GET /v1/models is indented by two spaces.',
    call: get('/v1/models'),
    expects: { pretty: true },
  },
  {
    id: 'legacy-models',
    source: 'documented',
    sentence: 'GET /api/v0/models lists the models as the 0.3 servers did.',
    call: get('/api/v0/models'),
    expects: { status: 200, schema: { name: 'the list of models of /api/v0', schema: legacyModelList } },
  },
  {
    id: 'legacy-models-are-pretty',
    source: 'inferred',
    settles: ['neighboursArePretty'],
    sentence: 'GET /api/v0/models is indented by two spaces.',
    call: get('/api/v0/models'),
    expects: { pretty: true },
  },
  {
    id: 'legacy-model-unknown',
    source: 'inferred',
    settles: ['legacyModelNotFound'],
    sentence: 'GET /api/v0/models/<id> of a model that is not there is the 404 that loading it gets.',
    call: get(`/api/v0/models/${NO_MODEL}`),
    expects: {
      status: 404,
      json: { error: { type: 'model_not_found', message: `Model ${NO_MODEL} not found in downloaded models` } },
    },
  },
];
