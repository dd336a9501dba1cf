import { describe, expect, it } from 'vitest';
import { openClient, pretty } from './client.js';
import { listed, openStocked } from './stocked.js';

const HUB = 'https://huggingface.co';
const MODELS = '/api/v1/models';

describe('the list of models', () => {
  it('is empty before there is one', async () => {
    expect((await openClient().get(MODELS)).text).toBe('{\n  "models": []\n}');
  });

  it('does not have a model before it is completed', async () => {
    const client = openClient();
    await client.download('simulate/steady');
    await client.advance(10_099);
    expect(await listed(client)).toEqual([]);
    await client.advance(1);
    expect(await listed(client)).toHaveLength(1);
  });

  it('has the documented fields of a catalog model', async () => {
    const client = await openStocked(['ibm/granite-4-micro']);
    expect((await client.get(MODELS)).text).toBe(
      pretty({
        models: [
          {
            type: 'llm',
            publisher: 'ibm',
            key: 'ibm/granite-4-micro',
            display_name: 'Granite 4.0 Micro',
            architecture: 'granite',
            quantization: { name: 'Q4_K_M', bits_per_weight: 4 },
            size_bytes: 2_279_145_003,
            params_string: '3B',
            loaded_instances: [],
            max_context_length: 131_072,
            format: 'gguf',
            capabilities: { vision: false, trained_for_tool_use: true },
            description: 'A small dense model for instruction following and tool calling.',
            variants: ['ibm/granite-4-micro@q4_k_m'],
            selected_variant: 'ibm/granite-4-micro@q4_k_m',
          },
        ],
      }),
    );
  });

  it('has neither variants nor a description of a repo without one', async () => {
    const client = await openStocked([`${HUB}/bartowski/Llama-3.2-1B-Instruct-GGUF`]);
    expect((await client.get(MODELS)).text).toBe(
      pretty({
        models: [
          {
            type: 'llm',
            publisher: 'bartowski',
            key: 'llama-3.2-1b-instruct',
            display_name: 'Llama 3.2 1B Instruct',
            architecture: 'llama',
            quantization: { name: 'Q4_K_M', bits_per_weight: 4 },
            size_bytes: 808_000_000,
            params_string: '1B',
            loaded_instances: [],
            max_context_length: 131_072,
            format: 'gguf',
            capabilities: { vision: false, trained_for_tool_use: true },
            description: null,
          },
        ],
      }),
    );
  });

  it('has no capabilities, architecture or description of an embedding model', async () => {
    const client = await openStocked(['nomic-ai/nomic-embed-text-v1.5']);
    expect(await listed(client)).toEqual([
      {
        type: 'embedding',
        publisher: 'nomic-ai',
        key: 'text-embedding-nomic-embed-text-v1.5',
        display_name: 'Nomic Embed Text v1.5',
        quantization: { name: 'F16', bits_per_weight: 16 },
        size_bytes: 274_290_560,
        params_string: null,
        loaded_instances: [],
        max_context_length: 2048,
        format: 'gguf',
        variants: ['text-embedding-nomic-embed-text-v1.5@f16'],
        selected_variant: 'text-embedding-nomic-embed-text-v1.5@f16',
      },
    ]);
  });

  it('has null where LM Studio could not read a header', async () => {
    const [model] = await listed(await openStocked(['modeldock/unread-model']));
    expect(model).toMatchObject({
      architecture: null,
      max_context_length: null,
      quantization: { name: null, bits_per_weight: null },
    });
  });

  it('has no capabilities of some language models', async () => {
    const [model] = await listed(await openStocked(['google/gemma-3-1b']));
    expect(model).toMatchObject({ type: 'llm', architecture: 'gemma3_text', format: 'mlx' });
    expect(model).not.toHaveProperty('capabilities');
  });

  it('has a model of the type that the newest documentation adds', async () => {
    const [model] = await listed(await openStocked(['modeldock/decision-model']));
    expect(model).toMatchObject({ type: 'decision', decision_type: 'binary', has_vision_adapter: false });
  });

  it('has reasoning with the effort xhigh', async () => {
    const [model] = await listed(await openStocked(['nvidia/nemotron-3-nano-4b']));
    expect(model).toMatchObject({
      capabilities: { reasoning: { allowed_options: expect.arrayContaining(['xhigh']) as string[] } },
    });
  });

  it.each([
    ['vision', 'qwen/qwen3-vl-8b', { vision: true, trained_for_tool_use: true }],
    [
      'reasoning that can be switched',
      'qwen/qwen3-8b',
      { vision: false, trained_for_tool_use: true, reasoning: { allowed_options: ['off', 'on'], default: 'on' } },
    ],
    [
      'graded reasoning',
      'openai/gpt-oss-20b',
      {
        vision: false,
        trained_for_tool_use: true,
        reasoning: { allowed_options: ['low', 'medium', 'high'], default: 'low' },
      },
    ],
  ])('tells of %s', async (_what, model, capabilities) => {
    const client = await openStocked([model]);
    expect(await listed(client)).toMatchObject([{ capabilities }]);
  });

  it.each([
    ['a catalog model', 'qwen/qwen3-8b', undefined, 'qwen/qwen3-8b', 'gguf'],
    ['an MLX catalog model', 'google/gemma-3-1b', undefined, 'google/gemma-3-1b', 'mlx'],
    [
      'an embedding catalog model',
      'qwen/qwen3-embedding-0.6b',
      undefined,
      'text-embedding-qwen3-embedding-0.6b',
      'gguf',
    ],
    ['a GGUF repo', `${HUB}/lmstudio-community/Qwen3.5-4B-GGUF`, undefined, 'qwen3.5-4b', 'gguf'],
    ['a GGUF repo with a quantization', `${HUB}/lmstudio-community/Qwen3.5-4B-GGUF`, 'Q8_0', 'qwen3.5-4b', 'gguf'],
    ['a GGUF repo that names its quantization', `${HUB}/Qwen/Qwen3-4B-Q4_K_M-GGUF`, undefined, 'qwen3-4b', 'gguf'],
    ['an MLX repo', `${HUB}/mlx-community/gemma-3-1b-it-4bit`, undefined, 'gemma-3-1b-it', 'mlx'],
    [
      'an embedding repo',
      `${HUB}/nomic-ai/nomic-embed-text-v1.5-GGUF`,
      undefined,
      'text-embedding-nomic-embed-text-v1.5',
      'gguf',
    ],
    ['a repo that the catalog does not know', `${HUB}/Some/Thing-7B-GGUF`, undefined, 'thing-7b', 'gguf'],
  ])('has the key of %s', async (_what, model, quantization, key, format) => {
    const client = await openStocked([model, quantization]);
    expect(await listed(client)).toMatchObject([{ key, format }]);
    expect((await client.get('/v1/models')).body).toEqual({
      data: [{ id: key, object: 'model', owned_by: 'organization_owner' }],
      object: 'list',
    });
  });

  it('has all quantizations of one repo, the newest under the key they share', async () => {
    const link = `${HUB}/lmstudio-community/Qwen3.5-4B-GGUF`;
    const client = await openStocked([link, 'Q8_0'], [link, 'Q4_K_M']);
    expect(await listed(client)).toMatchObject([
      { key: 'qwen3.5-4b@q8_0', quantization: { name: 'Q8_0' } },
      { key: 'qwen3.5-4b', quantization: { name: 'Q4_K_M' }, size_bytes: 3_383_082_464 },
    ]);
  });

  it('has what a catalog marks as installed, and a start of it answers already_downloaded', async () => {
    const client = openClient({
      catalog: [
        {
          id: 'shop/shelf-1b',
          displayName: 'Shelf',
          type: 'llm',
          architecture: 'llama',
          maxContextLength: 4096,
          installed: true,
          files: [{ repo: 'shop/Shelf-1B-GGUF', format: 'gguf', quantization: 'Q4_K_M', sizeBytes: 700 }],
        },
      ],
    });
    expect(await listed(client)).toMatchObject([{ key: 'shop/shelf-1b', size_bytes: 700 }]);
    expect((await client.download('shop/shelf-1b')).text).toBe(pretty({ status: 'already_downloaded' }));
  });
});

describe('the older list of models', () => {
  it('has the same models, with what is loaded', async () => {
    const client = await openStocked(['qwen/qwen3-vl-8b'], ['nomic-ai/nomic-embed-text-v1.5'], ['google/gemma-3-1b']);
    await client.post('/api/v1/models/load', { model: 'qwen/qwen3-vl-8b', context_length: 8192 });
    const vision = {
      id: 'qwen/qwen3-vl-8b',
      object: 'model',
      type: 'vlm',
      publisher: 'qwen',
      arch: 'qwen3vl',
      compatibility_type: 'gguf',
      quantization: 'Q4_K_M',
      state: 'loaded',
      max_context_length: 262_144,
      loaded_context_length: 8192,
      capabilities: ['tool_use'],
    };
    expect((await client.get('/api/v0/models')).text).toBe(
      pretty({
        data: [
          vision,
          {
            id: 'text-embedding-nomic-embed-text-v1.5',
            object: 'model',
            type: 'embeddings',
            publisher: 'nomic-ai',
            arch: 'nomic-bert',
            compatibility_type: 'gguf',
            quantization: 'F16',
            state: 'not-loaded',
            max_context_length: 2048,
          },
          {
            id: 'google/gemma-3-1b',
            object: 'model',
            type: 'llm',
            publisher: 'google',
            arch: 'gemma3_text',
            compatibility_type: 'mlx',
            quantization: '4bit',
            state: 'not-loaded',
            max_context_length: 32_768,
          },
        ],
        object: 'list',
      }),
    );
    for (const path of ['qwen/qwen3-vl-8b', 'qwen%2Fqwen3-vl-8b', 'qwen/qwen3-vl-8b/']) {
      expect((await client.get(`/api/v0/models/${path}`)).text).toBe(pretty(vision));
    }
    expect((await client.get('/api/v0/models/nobody/nothing')).status).toBe(404);
  });
});

describe('the neighbouring routes', () => {
  it('list models as OpenAI does, with the data first', async () => {
    const client = await openStocked(['ibm/granite-4-micro']);
    expect((await client.get('/v1/models')).text).toBe(
      pretty({
        data: [{ id: 'ibm/granite-4-micro', object: 'model', owned_by: 'organization_owner' }],
        object: 'list',
      }),
    );
  });

  it('greet compactly', async () => {
    expect((await openClient().get('/lmstudio-greeting')).text).toBe('{"lmstudio":true}');
  });
});
