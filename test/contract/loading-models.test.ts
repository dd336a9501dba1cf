import { describe, expect, it } from 'vitest';
import { pretty } from './client.js';
import { listed, openStocked } from './stocked.js';

const HUB = 'https://huggingface.co';
const MODELS = '/api/v1/models';

describe('loading', () => {
  const LOAD = `${MODELS}/load`;
  const UNLOAD = `${MODELS}/unload`;

  it('answers the instance, and the list shows it with its configuration', async () => {
    const client = await openStocked(['ibm/granite-4-micro']);
    const read = await client.post(LOAD, { model: 'ibm/granite-4-micro' });
    expect(read.status).toBe(200);
    expect(read.text).toBe(
      pretty({ type: 'llm', instance_id: 'ibm/granite-4-micro', load_time_seconds: 1.14, status: 'loaded' }),
    );
    expect((await listed(client))[0]!.loaded_instances).toEqual([
      {
        id: 'ibm/granite-4-micro',
        config: {
          context_length: 4096,
          parallel: 4,
          eval_batch_size: 512,
          flash_attention: true,
          offload_kv_cache_to_gpu: true,
        },
      },
    ]);
  });

  const wishes = {
    context_length: 8192,
    eval_batch_size: 256,
    flash_attention: false,
    num_experts: 2,
    offload_kv_cache_to_gpu: false,
  };

  it('accepts every setting of a GGUF model and echoes the configuration when asked', async () => {
    const client = await openStocked(['openai/gpt-oss-20b']);
    const read = await client.post(LOAD, { model: 'openai/gpt-oss-20b', ...wishes, echo_load_config: true });
    expect(read.body.load_config).toEqual({ ...wishes, parallel: 4 });
  });

  it('shows how many experts are used only of a mixture of experts', async () => {
    const client = await openStocked(['ibm/granite-4-micro'], ['openai/gpt-oss-20b']);
    for (const [model, num_experts] of [
      ['ibm/granite-4-micro', undefined],
      ['openai/gpt-oss-20b', 2],
    ] as const) {
      const { body } = await client.post(LOAD, { model, num_experts: 2, echo_load_config: true });
      expect((body.load_config as Record<string, unknown>).num_experts).toBe(num_experts);
    }
  });

  it('configures an embedding model by its context alone', async () => {
    const client = await openStocked(['nomic-ai/nomic-embed-text-v1.5']);
    const model = 'text-embedding-nomic-embed-text-v1.5';
    await client.post(LOAD, { model, eval_batch_size: 64, flash_attention: true });
    expect((await listed(client))[0]!.loaded_instances).toEqual([{ id: model, config: { context_length: 2048 } }]);
  });

  it.each([
    ['qwen/qwen3.5-9b', { reasoning_budget_message: 'Time to answer.' }],
    ['qwen/qwen3.5-35b-a3b', { physical_batch_size: 512 }],
  ])('shows settings that no document lists: %s', async (model, more) => {
    const client = await openStocked([model]);
    await client.post(LOAD, { model });
    expect((await listed(client))[0]).toMatchObject({ loaded_instances: [{ config: more }] });
  });

  it('configures an MLX model by its context alone', async () => {
    const client = await openStocked(['google/gemma-3-1b']);
    const read = await client.post(LOAD, { model: 'google/gemma-3-1b', ...wishes, echo_load_config: true });
    expect(read.body.load_config).toEqual({ context_length: 8192, parallel: 4 });
    expect((await listed(client))[0]!.loaded_instances).toEqual([
      { id: 'google/gemma-3-1b', config: { context_length: 8192, parallel: 4 } },
    ]);
  });

  it('is shown under the model that was loaded, and under no other', async () => {
    const client = await openStocked(['ibm/granite-4-micro'], ['google/gemma-3-1b']);
    await client.post(LOAD, { model: 'google/gemma-3-1b' });
    const instances = (await listed(client)).map((model) => [model.key, model.loaded_instances]);
    expect(Object.fromEntries(instances)).toMatchObject({
      'ibm/granite-4-micro': [],
      'google/gemma-3-1b': [{ id: 'google/gemma-3-1b' }],
    });
  });

  it('numbers further instances of a model, and reuses a freed number', async () => {
    const client = await openStocked(['nomic-ai/nomic-embed-text-v1.5']);
    const model = 'text-embedding-nomic-embed-text-v1.5';
    const load = async () => (await client.post(LOAD, { model })).body;
    expect(await load()).toMatchObject({ type: 'embedding', instance_id: model });
    expect(await load()).toMatchObject({ instance_id: `${model}:2` });
    expect(await load()).toMatchObject({ instance_id: `${model}:3` });
    const unload = await client.post(UNLOAD, { instance_id: `${model}:2` });
    expect([unload.status, unload.text]).toEqual([200, pretty({ instance_id: `${model}:2` })]);
    expect((await listed(client))[0]!.loaded_instances).toMatchObject([{ id: model }, { id: `${model}:3` }]);
    expect(await load()).toMatchObject({ instance_id: `${model}:2` });
  });

  const notDownloaded = (model: string) => ({
    type: 'model_not_found',
    message: `Model ${model} not found in downloaded models`,
  });
  const missing = (param: string) => ({
    type: 'invalid_request',
    message: `Missing required field '${param}'`,
    code: 'missing_required_parameter',
    param,
  });

  it.each([
    ['an unknown model', LOAD, { model: 'no/such' }, 404, notDownloaded('no/such')],
    ['a variant', LOAD, { model: 'ibm/granite-4-micro@q4_k_m' }, 404, notDownloaded('ibm/granite-4-micro@q4_k_m')],
    ['a model by its link', LOAD, { model: `${HUB}/a/b` }, 404, notDownloaded(`${HUB}/a/b`)],
    ['no model', LOAD, {}, 400, missing('model')],
    [
      'a context of no length',
      LOAD,
      { model: 'ibm/granite-4-micro', context_length: 0 },
      400,
      {
        type: 'invalid_request',
        message: "Invalid value for 'context_length': expected a number above 0",
        code: 'invalid_value',
        param: 'context_length',
      },
    ],
    [
      'half a token of context',
      LOAD,
      { model: 'ibm/granite-4-micro', context_length: 0.5 },
      400,
      {
        type: 'invalid_request',
        message: "Invalid value for 'context_length': expected a whole number",
        code: 'invalid_value',
        param: 'context_length',
      },
    ],
    [
      'a context in words',
      LOAD,
      { model: 'ibm/granite-4-micro', context_length: '4k' },
      400,
      {
        type: 'invalid_request',
        message: "Invalid type for 'context_length': expected number, received string",
        code: 'invalid_type',
        param: 'context_length',
      },
    ],
    [
      'an unknown wish',
      LOAD,
      { model: 'ibm/granite-4-micro', gpu: 'max' },
      400,
      { type: 'invalid_request', message: "Unrecognized key(s) in object: 'gpu'", code: 'unrecognized_keys' },
    ],
    [
      'an instance that is not loaded, to unload it',
      UNLOAD,
      { instance_id: 'ibm/granite-4-micro' },
      404,
      { type: 'model_not_found', message: "Model with instance identifier 'ibm/granite-4-micro' is not loaded." },
    ],
    ['no instance, to unload it', UNLOAD, {}, 400, missing('instance_id')],
  ])('refuses %s', async (_what, path, body, status, error) => {
    const client = await openStocked(['ibm/granite-4-micro']);
    const read = await client.post(path, body);
    expect([read.status, read.body]).toEqual([status, { error }]);
  });
});
