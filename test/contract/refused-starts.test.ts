import { describe, expect, it } from 'vitest';
import { testModels } from '../../src/index.js';
import { json, openClient, pretty } from './client.js';

const DOWNLOAD = '/api/v1/models/download';
const KEBAB = { type: 'invalid_request', message: 'Invalid artifact name. Must be in kebab-case' };
const LINK = { type: 'invalid_request', message: 'Invalid HuggingFace model URL format', code: 'invalid_arguments' };
const NOT_JSON = {
  type: 'invalid_request',
  message: 'Invalid body: failed to parse JSON value. Please check the value to ensure it is valid JSON',
  code: 'invalid_json',
};
const MODEL_MISSING = {
  type: 'invalid_request',
  message: "Missing required field 'model'",
  code: 'missing_required_parameter',
  param: 'model',
};
const CATALOG_QUANTIZATION = {
  type: 'not_implemented',
  message: 'Specifying quantizations for downloading models with LM Studio Model Catalog identifiers is coming soon',
};
const COMMUNITY = {
  type: 'invalid_request',
  message: 'Downloading community models as artifacts is not supported. Please use the HuggingFace model URL instead.',
};
const unknownModel = (id: string) => ({ type: 'model_not_found', message: `Model '${id}' not found in model catalog` });
const unrecognized = (keys: string) => ({
  type: 'invalid_request',
  message: `Unrecognized key(s) in object: ${keys}`,
  code: 'unrecognized_keys',
});
const wrongType = (param: string, found: string) => ({
  type: 'invalid_request',
  message: `Invalid type for '${param}': expected string, received ${found}`,
  code: 'invalid_type',
  param,
});
const noOptions = (url: string) => ({
  type: 'model_not_found',
  message: `No compatible download options found for hugging face URL ${url}`,
});
const media = (found: string) => ({
  type: 'invalid_request',
  message: `Unsupported content type ${found}. Please send the body as application/json`,
});

interface Refusal {
  request: string;
  body: unknown;
  headers?: Record<string, string>;
  status: number;
  error: object;
}

const HUB = 'https://huggingface.co';

const refusals: Refusal[] = [
  { request: 'no model', body: {}, status: 400, error: MODEL_MISSING },
  { request: 'an empty body', body: '', status: 400, error: MODEL_MISSING },
  { request: 'a model that is a number', body: { model: 5 }, status: 400, error: wrongType('model', 'number') },
  { request: 'a model that is null', body: { model: null }, status: 400, error: wrongType('model', 'null') },
  { request: 'a model that is a list', body: { model: [] }, status: 400, error: wrongType('model', 'array') },
  {
    request: 'a quantization that is no text',
    body: { model: `${HUB}/a/b`, quantization: 4 },
    status: 400,
    error: wrongType('quantization', 'number'),
  },
  {
    request: 'a body that is a list',
    body: [],
    status: 400,
    error: {
      type: 'invalid_request',
      message: "Invalid type for 'body': expected object, received array",
      code: 'invalid_type',
    },
  },
  {
    request: 'a body that is null',
    body: null,
    status: 400,
    error: {
      type: 'invalid_request',
      message: "Invalid type for 'body': expected object, received null",
      code: 'invalid_type',
    },
  },
  { request: 'an empty model', body: { model: '' }, status: 400, error: KEBAB },
  { request: 'a name without an owner', body: { model: 'granite' }, status: 400, error: KEBAB },
  { request: 'a name of three parts', body: { model: 'ibm/granite/micro' }, status: 400, error: KEBAB },
  { request: 'a name with a space', body: { model: 'ibm/granite 4' }, status: 400, error: KEBAB },
  { request: 'a name with an underscore', body: { model: 'ibm/granite_4' }, status: 400, error: KEBAB },
  { request: 'a name with two hyphens in a row', body: { model: 'ibm/granite--4' }, status: 400, error: KEBAB },
  { request: 'a name that ends with a hyphen', body: { model: 'ibm/granite-' }, status: 400, error: KEBAB },
  { request: 'an owner with a dot', body: { model: 'ibm.com/granite' }, status: 400, error: KEBAB },
  { request: 'a path', body: { model: '/etc/passwd' }, status: 400, error: KEBAB },
  {
    request: 'a catalog id that does not exist',
    body: { model: 'ibm/granite-9-micro' },
    status: 404,
    error: unknownModel('ibm/granite-9-micro'),
  },
  {
    request: 'a test model that does not exist',
    body: { model: 'simulate/explodes' },
    status: 404,
    error: {
      type: 'model_not_found',
      message:
        "Model 'simulate/explodes' not found in model catalog. The test models under simulate/ are: " +
        `${testModels.map(({ spelling }) => spelling).join(', ')}; N is a whole number from 0 to 100.`,
    },
  },
  {
    request: 'a catalog id with a quantization',
    body: { model: 'ibm/granite-4-micro', quantization: 'Q4_K_M' },
    status: 501,
    error: CATALOG_QUANTIZATION,
  },
  {
    request: 'a community model without its link',
    body: { model: 'lmstudio-community/gpt-oss-20b-GGUF' },
    status: 400,
    error: COMMUNITY,
  },
  { request: 'a link to a blob', body: { model: `${HUB}/a/b/blob/main/c.gguf` }, status: 400, error: LINK },
  { request: 'a link to a download', body: { model: `${HUB}/a/b/resolve/main/c.gguf` }, status: 400, error: LINK },
  { request: 'a link to a tree', body: { model: `${HUB}/a/b/tree/main` }, status: 400, error: LINK },
  {
    request: 'a link to a repo of 97 characters',
    body: { model: `${HUB}/a/${'b'.repeat(97)}` },
    status: 400,
    error: LINK,
  },
  {
    request: 'a link to an owner of 97 characters',
    body: { model: `${HUB}/${'a'.repeat(97)}/b` },
    status: 400,
    error: LINK,
  },
  { request: 'a link without a repo', body: { model: `${HUB}/a` }, status: 400, error: LINK },
  { request: 'a link with a query', body: { model: `${HUB}/a/b?download=true` }, status: 400, error: LINK },
  { request: 'a link to a data set', body: { model: `${HUB}/datasets/acme` }, status: 400, error: LINK },
  { request: 'a link to a space', body: { model: `${HUB}/spaces/acme/demo` }, status: 400, error: LINK },
  { request: 'a link to a page of the hub', body: { model: `${HUB}/docs/hub` }, status: 400, error: LINK },
  { request: 'a repo with two hyphens in a row', body: { model: `${HUB}/a/b--c` }, status: 400, error: LINK },
  { request: 'a repo that ends with a dot', body: { model: `${HUB}/a/b.` }, status: 400, error: LINK },
  { request: 'a repo that ends with .git', body: { model: `${HUB}/a/b.git` }, status: 400, error: LINK },
  { request: 'a link to LM Studio', body: { model: 'https://lmstudio.ai/models/ibm/g' }, status: 400, error: LINK },
  { request: 'a link without a scheme', body: { model: 'hf.co/a/b:Q4_K_M' }, status: 400, error: KEBAB },
  { request: 'a name with a quantization', body: { model: 'a/b@q4_k_m' }, status: 400, error: KEBAB },
  { request: 'a link that climbs', body: { model: `${HUB}/../b` }, status: 400, error: LINK },
  { request: 'a link over http', body: { model: 'http://huggingface.co/a/b' }, status: 400, error: LINK },
  { request: 'a link to another host', body: { model: 'https://example.com/a/b' }, status: 400, error: LINK },
  {
    request: 'a link to a lookalike',
    body: { model: 'https://huggingface.co.evil.com/a/b' },
    status: 400,
    error: LINK,
  },
  { request: 'a link with credentials', body: { model: 'https://me@huggingface.co/a/b' }, status: 400, error: LINK },
  {
    request: 'a repo with no GGUF and no MLX',
    body: { model: `${HUB}/openai/gpt-oss-20b` },
    status: 404,
    error: noOptions(`${HUB}/openai/gpt-oss-20b`),
  },
  {
    request: 'a quantization of a repo with no GGUF and no MLX',
    body: { model: `${HUB}/openai/gpt-oss-20b`, quantization: 'Q4_K_M' },
    status: 404,
    error: noOptions(`${HUB}/openai/gpt-oss-20b`),
  },
  {
    request: 'a quantization that the repo does not have',
    body: { model: `${HUB}/lmstudio-community/Qwen3-8B-GGUF`, quantization: 'Q2_K' },
    status: 404,
    error: {
      type: 'model_not_found',
      message: `No compatible download options found for hugging face URL ${HUB}/lmstudio-community/Qwen3-8B-GGUF. Available quantizations: Q4_K_M, Q3_K_L, Q6_K, Q8_0`,
    },
  },
  { request: 'an unknown key', body: { model: 'a/b', models: 1 }, status: 400, error: unrecognized("'models'") },
  { request: 'two unknown keys', body: { model: 'a/b', x: 1, y: 2 }, status: 400, error: unrecognized("'x', 'y'") },
  { request: 'JSON cut short', body: '{"model":', status: 400, error: NOT_JSON },
  { request: 'a form', body: 'model=a', status: 400, error: NOT_JSON },
  { request: 'no content type', body: { model: 'a/b' }, headers: {}, status: 415, error: media('(none)') },
  {
    request: 'another content type',
    body: { model: 'a/b' },
    headers: { 'content-type': 'text/plain' },
    status: 415,
    error: media("'text/plain'"),
  },
  {
    request: 'a content type that only begins like JSON',
    body: { model: 'a/b' },
    headers: { 'content-type': 'application/json-patch+json' },
    status: 415,
    error: media("'application/json-patch+json'"),
  },
  {
    request: 'a form, whose body is not read as JSON',
    body: 'model=ibm%2Fgranite-4-micro',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    status: 415,
    error: media("'application/x-www-form-urlencoded'"),
  },
];

/** Each request has two faults; the first check in LM Studio's order is the one that is answered. */
const order: (Refusal & { before: string })[] = [
  { request: 'JSON', before: 'the content type', body: '{', headers: {}, status: 400, error: NOT_JSON },
  {
    request: 'the content type',
    before: 'keys',
    body: { modle: 'a/b' },
    headers: {},
    status: 415,
    error: media('(none)'),
  },
  { request: 'missing keys', before: 'unknown keys', body: { modle: 1 }, status: 400, error: MODEL_MISSING },
  { request: 'keys', before: 'types', body: { model: 5, x: 1 }, status: 400, error: unrecognized("'x'") },
  {
    request: 'types',
    before: 'an empty model',
    body: { model: '', quantization: 5 },
    status: 400,
    error: wrongType('quantization', 'number'),
  },
  {
    request: 'the rules for links',
    before: 'the community refusal',
    body: { model: 'lmstudio-community/x://y' },
    status: 400,
    error: LINK,
  },
  {
    request: 'the community refusal',
    before: 'kebab-case',
    body: { model: 'lmstudio-community/Not_Kebab' },
    status: 400,
    error: COMMUNITY,
  },
  {
    request: 'kebab-case',
    before: 'the quantization of catalog models',
    body: { model: 'not_kebab', quantization: 'Q4_K_M' },
    status: 400,
    error: KEBAB,
  },
  {
    request: 'the quantization of catalog models',
    before: 'the catalog',
    body: { model: 'no/such-model', quantization: 'Q4_K_M' },
    status: 501,
    error: CATALOG_QUANTIZATION,
  },
];

describe('a start that is refused', () => {
  it.each(refusals.map((refusal) => [refusal.request, refusal.status, refusal] as const))(
    'for %s is %i, pretty-printed, to the letter',
    async (_request, status, { body, headers = json, error }) => {
      const client = openClient();
      const read = await client.send('POST', DOWNLOAD, { body, headers });
      expect([read.status, read.text]).toEqual([status, pretty({ error })]);
      expect(read.headers.get('content-type')).toBe('application/json; charset=utf-8');
      expect(await client.dock.jobs.list()).toEqual([]);
    },
  );

  it.each(order.map((refusal) => [refusal.request, refusal.before, refusal] as const))(
    'checks %s before %s',
    async (_request, _before, { body, headers = json, status, error }) => {
      const read = await openClient().send('POST', DOWNLOAD, { body, headers });
      expect([read.status, read.text]).toEqual([status, pretty({ error })]);
    },
  );

  it('for more than 1 MiB is 413, whatever is in it', async () => {
    const read = await openClient().post(DOWNLOAD, { model: 'x'.repeat(1024 * 1024) });
    expect(read.status).toBe(413);
    expect(read.body).toEqual({
      error: { type: 'invalid_request', message: 'Request body is larger than 1048576 bytes' },
    });
  });

  it.each([
    ['simulate/gated', 403, 'invalid_request', 'gated_no_token', null],
    ['simulate/hub-unavailable', 503, 'unknown', 'hub_unavailable', '5'],
  ])('for %s is %i with a code', async (model, status, type, code, retryAfter) => {
    const read = await openClient().download(model);
    expect(read.status).toBe(status);
    expect(read.body).toMatchObject({ error: { type, code } });
    expect(read.headers.get('retry-after')).toBe(retryAfter);
  });
});
