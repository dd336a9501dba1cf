import { describe, expect } from 'vitest';
import type { Sent, Transport } from '../transport.js';
import { checksOver, JSON_TYPE, pretty } from './checks.js';

interface Refusal {
  title: string;
  path?: string;
  headers?: Record<string, string>;
  body: unknown;
  status: number;
  error: { type: string; message: string; code?: string; param?: string };
}

const invalid = (message: string, details?: { code?: string; param?: string }) => ({
  status: 400,
  error: { type: 'invalid_request', message, ...details },
});
const missing = (param: string) =>
  invalid(`Missing required field '${param}'`, { code: 'missing_required_parameter', param });
const kebabCase = invalid('Invalid artifact name. Must be in kebab-case');
const link = invalid('Invalid HuggingFace model URL format', { code: 'invalid_arguments' });

const refused: Refusal[] = [
  { title: 'a body without a model', body: {}, ...missing('model') },
  { title: 'no body', body: '', ...missing('model') },
  {
    title: 'a body that is not JSON',
    body: '{"model":',
    ...invalid('Invalid body: failed to parse JSON value. Please check the value to ensure it is valid JSON', {
      code: 'invalid_json',
    }),
  },
  {
    title: 'a body of another type',
    headers: { 'content-type': 'text/plain' },
    body: { model: 'ibm/granite-4-micro' },
    status: 415,
    error: {
      type: 'invalid_request',
      message: "Unsupported content type 'text/plain'. Please send the body as application/json",
    },
  },
  ...[
    {
      type: 'multipart/form-data; boundary=x',
      body: '--x\r\nContent-Disposition: form-data; name="model"\r\n\r\na\r\n--x--',
    },
    { type: 'application/x-www-form-urlencoded', body: 'model=ibm%2Fgranite-4-micro' },
  ].map(({ type, body }) => ({
    title: `a form as ${type}`,
    headers: { 'content-type': type },
    body,
    status: 415,
    error: {
      type: 'invalid_request',
      message: `Unsupported content type '${type}'. Please send the body as application/json`,
    },
  })),
  {
    title: 'a model that is not a string',
    body: { model: 7 },
    ...invalid("Invalid type for 'model': expected string, received number", { code: 'invalid_type', param: 'model' }),
  },
  {
    title: 'an unknown key',
    body: { model: 'ibm/granite-4-micro', revision: 'main' },
    ...invalid("Unrecognized key(s) in object: 'revision'", { code: 'unrecognized_keys' }),
  },
  { title: 'an empty model', body: { model: '' }, ...kebabCase },
  { title: 'a name that is not owner/name', body: { model: 'Granite 4' }, ...kebabCase },
  {
    title: 'a community model by its name',
    body: { model: 'lmstudio-community/gpt-oss-20b-GGUF' },
    ...invalid(
      'Downloading community models as artifacts is not supported. Please use the HuggingFace model URL instead.',
    ),
  },
  { title: 'a link to a file', body: { model: 'https://huggingface.co/a/b/resolve/main/c.gguf' }, ...link },
  { title: 'a link to another host', body: { model: 'https://example.com/a/b' }, ...link },
  {
    title: 'a model that the catalog does not have',
    body: { model: 'nobody/nothing' },
    status: 404,
    error: { type: 'model_not_found', message: "Model 'nobody/nothing' not found in model catalog" },
  },
  {
    title: 'a repo without a usable file',
    body: { model: 'https://huggingface.co/openai/gpt-oss-20b' },
    status: 404,
    error: {
      type: 'model_not_found',
      message: 'No compatible download options found for hugging face URL https://huggingface.co/openai/gpt-oss-20b',
    },
  },
  {
    title: 'a quantization of a catalog model',
    body: { model: 'ibm/granite-4-micro', quantization: 'Q4_K_M' },
    status: 501,
    error: {
      type: 'not_implemented',
      message:
        'Specifying quantizations for downloading models with LM Studio Model Catalog identifiers is coming soon',
    },
  },
  {
    title: 'a gated model',
    body: { model: 'simulate/gated' },
    status: 403,
    error: {
      type: 'invalid_request',
      message: 'The simulated hub refuses simulate/gated: gated_no_token.',
      code: 'gated_no_token',
    },
  },
  { title: 'loading no model', path: '/api/v1/models/load', body: {}, ...missing('model') },
  { title: 'unloading no instance', path: '/api/v1/models/unload', body: {}, ...missing('instance_id') },
];

const MIB = 1024 * 1024;

/** Requests that the documented routes refuse, in LM Studio's words where they are known. */
export function refusals(transport: Transport): void {
  const { check } = checksOver(transport);

  describe('a documented route', () => {
    for (const { title, path = '/api/v1/models/download', headers, body, status, error } of refused) {
      check(`refuses ${title}`, {}, async (client) => {
        const answer = await client.post(path, body, headers);
        expect(answer.status).toBe(status);
        expect(answer.headers['content-type']).toBe(JSON_TYPE);
        expect(answer.body).toBe(pretty({ error }));
      });
    }

    check('refuses a body without a type', {}, async (client) => {
      const request: Sent = {
        method: 'POST',
        path: '/api/v1/models/download',
        body: '{"model":"ibm/granite-4-micro"}',
      };
      const answer = await client.send(request);
      expect(answer.status).toBe(415);
      expect(answer.body).toBe(
        pretty({
          error: {
            type: 'invalid_request',
            message: 'Unsupported content type (none). Please send the body as application/json',
          },
        }),
      );
    });

    check('says when to ask again where the hub is not there', {}, async (client) => {
      const answer = await client.download('simulate/hub-unavailable');
      expect(answer.status).toBe(503);
      expect(answer.headers['retry-after']).toBe('5');
    });

    check('refuses a body of more than 1 MiB, and takes one of 1 MiB', {}, async (client) => {
      const body = JSON.stringify({ model: 'simulate/steady' });
      expect((await client.post('/api/v1/models/download', body.padEnd(MIB))).status).toBe(200);
      const refusal = await client.post('/api/v1/models/download', body.padEnd(MIB + 1));
      expect(refusal.status).toBe(413);
      expect(refusal.body).toBe(
        pretty({ error: { type: 'invalid_request', message: 'Request body is larger than 1048576 bytes' } }),
      );
    });

    check('does not know a job that was never started', {}, async (client) => {
      for (const [sent, named] of [
        ['job_ffffffffff', 'job_ffffffffff'],
        ['a%20b', 'a b'],
        ['%zz', '%zz'],
      ] as const) {
        const answer = await client.status(sent);
        expect(answer.status).toBe(404);
        expect(answer.headers['content-type']).toBe(JSON_TYPE);
        expect(answer.body).toBe(
          pretty({ error: { type: 'job_not_found', message: `Download job with id '${named}' not found` } }),
        );
      }
    });
  });
}
