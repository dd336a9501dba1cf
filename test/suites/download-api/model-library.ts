import { describe, expect } from 'vitest';
import type { Transport } from '../transport.js';
import { checksOver, JSON_TYPE, pretty, type Client } from './checks.js';

const settings = { scenario: 'instant' } as const;

/** What becomes of a model after its download. */
export function modelShelf(transport: Transport): void {
  const { check } = checksOver(transport);

  describe('a downloaded model', () => {
    check('is listed, loaded, loaded again and unloaded', settings, async (client) => {
      expect((await client.get('/api/v1/models')).body).toBe(pretty({ models: [] }));
      await client.download('simulate/steady-run-library');
      expect((await client.get('/api/v1/models')).body).toBe(pretty({ models: [] }));
      await client.advance(10_100);
      const listed = await client.get('/api/v1/models');
      expect(listed.status).toBe(200);
      expect(listed.headers['content-type']).toBe(JSON_TYPE);
      expect(listed.body).toBe(pretty({ models: [simulated([])] }));

      const key = 'simulate/steady-run-library';
      const loaded = await load(client, { model: key, context_length: 2048, echo_load_config: true });
      expect(loaded.status).toBe(200);
      expect(loaded.body).toBe(
        pretty({
          type: 'llm',
          instance_id: key,
          load_time_seconds: 0.5,
          status: 'loaded',
          load_config: config(2048),
        }),
      );
      expect((await load(client, { model: key })).body).toBe(
        pretty({ type: 'llm', instance_id: `${key}:2`, load_time_seconds: 0.5, status: 'loaded' }),
      );
      const both = [
        { id: key, config: config(2048) },
        { id: `${key}:2`, config: config(4096) },
      ];
      expect((await client.get('/api/v1/models')).body).toBe(pretty({ models: [simulated(both)] }));

      expect((await unload(client, key)).body).toBe(pretty({ instance_id: key }));
      expect((await client.get('/api/v1/models')).body).toBe(pretty({ models: [simulated(both.slice(1))] }));
      const gone = await unload(client, key);
      expect(gone.status).toBe(404);
      expect(gone.body).toBe(
        pretty({
          error: { type: 'model_not_found', message: `Model with instance identifier '${key}' is not loaded.` },
        }),
      );
    });

    check('has another key than the link it came from', settings, async (client) => {
      await client.download('https://huggingface.co/lmstudio-community/Qwen3.5-4B-GGUF');
      const { models } = JSON.parse((await client.get('/api/v1/models')).body) as { models: unknown[] };
      expect(models).toMatchObject([{ key: 'qwen3.5-4b', publisher: 'lmstudio-community', size_bytes: 3_383_082_464 }]);
    });

    check('for embeddings has fewer fields', settings, async (client) => {
      await client.download('nomic-ai/nomic-embed-text-v1.5');
      const key = 'text-embedding-nomic-embed-text-v1.5';
      expect((await client.get('/api/v1/models')).body).toBe(
        pretty({
          models: [
            {
              type: 'embedding',
              publisher: 'nomic-ai',
              key,
              display_name: 'Nomic Embed Text v1.5',
              quantization: { name: 'F16', bits_per_weight: 16 },
              size_bytes: 274_290_560,
              params_string: null,
              loaded_instances: [],
              max_context_length: 2048,
              format: 'gguf',
              variants: [`${key}@f16`],
              selected_variant: `${key}@f16`,
            },
          ],
        }),
      );
    });

    check("is listed in OpenAI's words", settings, async (client) => {
      expect(JSON.parse((await client.get('/v1/models')).body)).toEqual({ data: [], object: 'list' });
      await client.download('ibm/granite-4-micro');
      const listed = await client.get('/v1/models');
      expect(listed.status).toBe(200);
      expect(listed.headers['content-type']).toBe(JSON_TYPE);
      expect(listed.body).toBe(
        pretty({
          data: [{ id: 'ibm/granite-4-micro', object: 'model', owned_by: 'organization_owner' }],
          object: 'list',
        }),
      );
    });

    check('is needed to load it', settings, async (client) => {
      for (const model of ['ibm/granite-4-micro', 'ibm/granite-4-micro@q4_k_m']) {
        const answer = await load(client, { model });
        expect(answer.status).toBe(404);
        expect(answer.body).toBe(
          pretty({ error: { type: 'model_not_found', message: `Model ${model} not found in downloaded models` } }),
        );
      }
    });
  });
}

function load(client: Client, body: object) {
  return client.post('/api/v1/models/load', body);
}

function unload(client: Client, instance_id: string) {
  return client.post('/api/v1/models/unload', { instance_id });
}

function simulated(loaded_instances: unknown[]) {
  const key = 'simulate/steady-run-library';
  return {
    type: 'llm',
    publisher: 'simulate',
    key,
    display_name: 'Simulated: steady-run-library',
    architecture: 'llama',
    quantization: { name: 'Q4_K_M', bits_per_weight: 4 },
    size_bytes: 1_000_000_000,
    params_string: '1B',
    loaded_instances,
    max_context_length: 8192,
    format: 'gguf',
    capabilities: { vision: false, trained_for_tool_use: false },
    description: null,
    variants: [`${key}@q4_k_m`],
    selected_variant: `${key}@q4_k_m`,
  };
}

function config(context_length: number) {
  return {
    context_length,
    parallel: 4,
    eval_batch_size: 512,
    flash_attention: true,
    offload_kv_cache_to_gpu: true,
  };
}
