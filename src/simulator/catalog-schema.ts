import * as z from 'zod/mini';

/* The schemas of a catalog: a wrong one is refused with the path of the wrong value. What the fields mean is in catalog.ts. */

const text = z.string().check(z.minLength(1));
const count = z.number().check(z.int(), z.positive());

/** `owner/repo` on Hugging Face, in its own case. */
const repo = z.string().check(z.regex(/^[\w.-]+\/[\w.-]+$/, 'owner/repo'));

export const loadDefaultsSchema = z.record(text, z.union([z.string(), z.number(), z.boolean()]));

const fileChoice = z.strictObject({
  repo,
  format: z.enum(['gguf', 'mlx']),
  quantization: text,
  sizeBytes: count,
});

export const catalogModelSchema = z.strictObject({
  id: z.optional(
    z.string().check(z.regex(/^[a-z0-9]+(-[a-z0-9]+)*\/[a-z0-9.]+(-[a-z0-9.]+)*$/, 'owner/name, lower-case')),
  ),
  displayName: text,
  type: z.enum(['llm', 'embedding', 'decision']),
  architecture: text,
  mixtureOfExperts: z.optional(z.literal(true)),
  params: z.optional(text),
  maxContextLength: count,
  vision: z.optional(z.boolean()),
  toolUse: z.optional(z.boolean()),
  reasoning: z.optional(z.strictObject({ options: z.array(text).check(z.minLength(1)), preset: text })),
  description: z.optional(z.string()),
  capabilities: z.optional(z.literal(false)),
  decisionType: z.optional(text),
  hasVisionAdapter: z.optional(z.boolean()),
  unreadFields: z.optional(z.array(z.enum(['architecture', 'maxContextLength', 'quantization']))),
  loadDefaults: z.optional(loadDefaultsSchema),
  files: z.array(fileChoice),
  incompatibleRepos: z.optional(z.array(repo)),
  installed: z.optional(z.boolean()),
});

export const catalogSchema = z.array(catalogModelSchema);

/** A catalog in a file that begins with the line `"$schema"`, which a list cannot have. */
export const catalogFileSchema = z.strictObject({ models: catalogSchema });
