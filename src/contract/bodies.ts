import * as z from 'zod/mini';

/*
 * The schemas of the bodies that LM Studio's routes accept. Types, validation and the OpenAPI document are derived from
 * them.
 */

const positive = z.int().check(z.positive());

export const downloadBody = z.strictObject({
  model: z.string().check(
    z.meta({
      description: 'A model catalog identifier, or an exact Hugging Face link.',
      examples: ['ibm/granite-4-micro', 'https://huggingface.co/lmstudio-community/gpt-oss-20b-GGUF'],
    }),
  ),
  quantization: z.optional(
    z
      .string()
      .check(z.meta({ description: 'For instance Q4_K_M. Only for Hugging Face links.', examples: ['Q4_K_M'] })),
  ),
});

export const loadBody = z.strictObject({
  model: z.string(),
  context_length: z.optional(positive),
  eval_batch_size: z.optional(positive),
  flash_attention: z.optional(z.boolean()),
  num_experts: z.optional(z.int().check(z.nonnegative())),
  offload_kv_cache_to_gpu: z.optional(z.boolean()),
  echo_load_config: z.optional(z.boolean()),
});

export const unloadBody = z.strictObject({ instance_id: z.string() });

export type LoadBody = z.infer<typeof loadBody>;
