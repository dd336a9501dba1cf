import * as z from 'zod/mini';

/*
 * The schemas of what LM Studio's routes answer. Types and the OpenAPI document are derived from them, and tests check
 * every answer against them. Field by field they follow the "Download a model" page of LM Studio's documentation and
 * its neighbours. The code imports only types from here, so that a page need not load the schemas.
 */

const date = z.string().check(
  z.regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/),
  z.meta({
    description: 'ISO 8601, UTC, milliseconds (truncated, not rounded).',
    format: 'date-time',
    examples: ['2025-10-03T15:33:23.496Z'],
  }),
);
const bytes = z.int().check(z.nonnegative());
const positive = z.int().check(z.positive());

const jobFields = {
  job_id: z.string().check(z.meta({ description: 'Names the job in the status path.', examples: ['job_493c7c9ded'] })),
  total_size_bytes: bytes,
  downloaded_bytes: bytes,
  started_at: date,
};

const downloading = z.strictObject({
  ...jobFields,
  status: z.literal('downloading'),
  bytes_per_second: z
    .number()
    .check(z.nonnegative(), z.meta({ description: 'Fractional, over the last 10 s; 0 when nothing moves.' })),
  estimated_completion: z.optional(
    date.check(
      z.meta({ description: 'Absent exactly when bytes_per_second is 0.', examples: ['2025-10-07T00:21:47.030Z'] }),
    ),
  ),
});
const paused = z.strictObject({ ...jobFields, status: z.literal('paused') });
const completed = z.strictObject({ ...jobFields, status: z.literal('completed'), completed_at: date });
const failed = z.strictObject({
  ...jobFields,
  status: z.literal('failed'),
  error: z.optional(
    z
      .string()
      .check(z.meta({ description: 'Why, for people. Only where the server is configured to explain failures.' })),
  ),
});

/** The fields of a job in each of its states. */
export const jobStates = { downloading, paused, completed, failed };
export const alreadyDownloaded = z.strictObject({ status: z.literal('already_downloaded') });

/** What `GET …/status/:job_id` answers. */
export const jobStatus = z.discriminatedUnion('status', [downloading, paused, completed, failed]);

/** What `POST …/download` answers. */
export const downloadAnswer = z.discriminatedUnion('status', [
  downloading,
  paused,
  completed,
  failed,
  alreadyDownloaded,
]);

const withoutCount = { downloaded_bytes: true } as const;

/** The fields of a job in a released 0.4 server's answer to the POST. */
export const releasedJobStates = {
  downloading: z.omit(downloading, { ...withoutCount, bytes_per_second: true, estimated_completion: true }),
  paused: z.omit(paused, withoutCount),
  completed: z.omit(completed, withoutCount),
  failed: z.omit(failed, withoutCount),
};

/** What released 0.4 servers answer to the POST: progress counters appear only in the status. */
export const releasedDownloadAnswer = z.discriminatedUnion('status', [
  releasedJobStates.downloading,
  releasedJobStates.paused,
  releasedJobStates.completed,
  releasedJobStates.failed,
  alreadyDownloaded,
]);

/** Allows further keys: LM Studio adds settings, such as `reasoning_budget_message` and `physical_batch_size`. */
export const loadConfig = z.looseObject({
  context_length: positive,
  parallel: z.optional(positive.check(z.meta({ description: 'Absent on embedding models.' }))),
  eval_batch_size: z.optional(positive),
  flash_attention: z.optional(z.boolean()),
  num_experts: z.optional(bytes.check(z.meta({ description: 'Only on mixtures of experts.' }))),
  offload_kv_cache_to_gpu: z.optional(z.boolean()),
});

const modelType = z.enum(['llm', 'embedding', 'decision']);

export const modelEntry = z.strictObject({
  type: modelType,
  publisher: z.string(),
  key: z
    .string()
    .check(z.meta({ description: 'The name to load it by; it may differ from the name it was downloaded by.' })),
  display_name: z.string(),
  architecture: z.optional(z.nullable(z.string())),
  quantization: z.nullable(z.strictObject({ name: z.nullable(z.string()), bits_per_weight: z.nullable(z.number()) })),
  size_bytes: bytes,
  params_string: z.nullable(z.string()),
  loaded_instances: z.array(z.strictObject({ id: z.string(), config: loadConfig })),
  max_context_length: z.nullable(positive),
  format: z.nullable(z.enum(['gguf', 'mlx'])),
  decision_type: z.optional(z.string()),
  has_vision_adapter: z.optional(z.boolean()),
  capabilities: z.optional(
    z.strictObject({
      vision: z.boolean(),
      trained_for_tool_use: z.boolean(),
      reasoning: z.optional(z.strictObject({ allowed_options: z.array(z.string()), default: z.string() })),
    }),
  ),
  description: z.optional(z.nullable(z.string())),
  variants: z.optional(z.array(z.string())),
  selected_variant: z.optional(z.string()),
});

/** The answer of `GET /api/v1/models`. */
export const modelList = z.strictObject({ models: z.array(modelEntry) });

/** The answer of `GET /v1/models`, in OpenAI's format. */
export const openAiModelList = z.strictObject({
  data: z.array(
    z.strictObject({ id: z.string(), object: z.literal('model'), owned_by: z.literal('organization_owner') }),
  ),
  object: z.literal('list'),
});

/** A model as the REST API of the 0.3 servers lists it; released 0.4 servers still have that API. */
export const legacyModel = z.strictObject({
  id: z.string(),
  object: z.literal('model'),
  type: z.enum(['llm', 'vlm', 'embeddings']),
  publisher: z.string(),
  arch: z.optional(z.string()),
  compatibility_type: z.enum(['gguf', 'mlx']),
  quantization: z.optional(z.string()),
  state: z.enum(['loaded', 'not-loaded']),
  max_context_length: z.optional(positive),
  loaded_context_length: z.optional(positive.check(z.meta({ description: 'Only while it is loaded.' }))),
  capabilities: z.optional(z.array(z.literal('tool_use'))),
});

/** The answer of `GET /api/v0/models`. */
export const legacyModelList = z.strictObject({ data: z.array(legacyModel), object: z.literal('list') });

export const loadAnswer = z.strictObject({
  type: modelType,
  instance_id: z.string(),
  load_time_seconds: z.number().check(z.nonnegative()),
  status: z.literal('loaded'),
  load_config: z.optional(loadConfig),
});

/** The one field of an inference body that is read here: which model to run. */
export const inferenceBody = z.looseObject({ model: z.optional(z.string()) });

export const unloadAnswer = z.strictObject({ instance_id: z.string() });

export const greeting = z.strictObject({ lmstudio: z.literal(true) });

const problemTypes = [
  'invalid_request',
  'unknown',
  'mcp_connection_error',
  'plugin_connection_error',
  'not_implemented',
  'model_not_found',
  'job_not_found',
  'internal_error',
] as const;

/** The error object of documented routes. */
export const problemAnswer = z.strictObject({
  error: z.strictObject({
    type: z.enum(problemTypes),
    message: z.string(),
    code: z.optional(z.string()),
    param: z.optional(z.string()),
  }),
});

/** The answer of unknown routes, where `error` is a plain text. */
export const unknownRouteAnswer = z.strictObject({ error: z.string() });

export type JobStatusAnswer = z.infer<typeof jobStatus>;
export type DownloadAnswer = z.infer<typeof downloadAnswer>;
export type ReleasedDownloadAnswer = z.infer<typeof releasedDownloadAnswer>;
export type LoadConfigAnswer = z.infer<typeof loadConfig>;
export type ModelEntry = z.infer<typeof modelEntry>;
export type ModelList = z.infer<typeof modelList>;
export type OpenAiModelList = z.infer<typeof openAiModelList>;
export type LegacyModel = z.infer<typeof legacyModel>;
export type LegacyModelList = z.infer<typeof legacyModelList>;
export type LoadAnswer = z.infer<typeof loadAnswer>;
export type UnloadAnswer = z.infer<typeof unloadAnswer>;
export type ProblemAnswer = z.infer<typeof problemAnswer>;
export type ProblemType = ProblemAnswer['error']['type'];
