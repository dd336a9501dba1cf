import { RefusedError, type RefusalCode } from '../../src/core/errors.js';
import type { JobSnapshot } from '../../src/core/job.js';
import type { InstalledModel, LoadedInstance } from '../../src/core/model-library.js';
import { inferred } from '../../src/contract/inferred.js';
import { toLegacyModel, toLegacyModelList } from '../../src/contract/legacy-models.js';
import { inferenceNotImitated } from '../../src/contract/not-imitated.js';
import { tokenProblems } from '../../src/contract/token-problems.js';
import { problems, type Problem } from '../../src/contract/problem.js';
import { problemFrom } from '../../src/contract/problem-from.js';
import { toDownloadAnswer, toJobStatus } from '../../src/contract/job-answers.js';
import { toLoadAnswer, toModelList, toOpenAiModelList } from '../../src/contract/model-answers.js';

/*
 * The examples of the OpenAPI document. The code that spells real answers spells them too, so that they cannot drift.
 */

/** Named values, as OpenAPI wants them. */
export type Examples = Record<string, { summary: string; value: unknown }>;

const SIZE = 2_279_145_003;
const CATALOG_ID = 'ibm/granite-4-micro';
const LINK = 'https://huggingface.co/lmstudio-community/gpt-oss-20b-GGUF';
const TYPO_LINK = 'https://huggingface.co/ibm/granite-4-micro-typo';
const startedAt = Date.parse('2025-10-03T15:33:23.496Z');

const job = { id: 'job_493c7c9ded', model: CATALOG_ID, totalBytes: SIZE, startedAt };
const jobs = {
  downloading: {
    ...job,
    state: 'downloading',
    downloadedBytes: 948,
    bytesPerSecond: 7834.710743801653,
    estimatedCompletion: Date.parse('2025-10-07T00:21:47.030Z'),
  },
  stalled: { ...job, state: 'downloading', downloadedBytes: 1_139_572_501, bytesPerSecond: 0 },
  paused: { ...job, state: 'paused', downloadedBytes: 683_743_500 },
  completed: {
    ...job,
    state: 'completed',
    downloadedBytes: SIZE,
    completedAt: Date.parse('2025-10-03T15:34:20.731Z'),
  },
  failed: {
    ...job,
    state: 'failed',
    downloadedBytes: 1_139_572_501,
    code: 'network_error',
    reason: 'The connection was reset.',
    failedAt: Date.parse('2025-10-03T15:33:52.227Z'),
  },
} satisfies Record<string, JobSnapshot>;

const summaries: Record<keyof typeof jobs, string> = {
  downloading: 'Bytes are moving',
  stalled: 'Nothing moves: speed 0, no estimate',
  paused: 'Paused',
  completed: 'All there, and checked',
  failed: 'Given up; asking again starts a new job',
};

/** The model of the example on LM Studio's page, as it is listed once it is there. */
const installedModel: InstalledModel = {
  key: CATALOG_ID,
  type: 'llm',
  publisher: 'ibm',
  displayName: 'Granite 4.0 Micro',
  architecture: 'granite',
  quantization: { name: 'Q4_K_M', bitsPerWeight: 4 },
  sizeBytes: SIZE,
  params: '3B',
  maxContextLength: 131_072,
  format: 'gguf',
  capabilities: { vision: false, toolUse: true },
  description: 'A small dense model for instruction following and tool calling.',
  variants: [`${CATALOG_ID}@q4_k_m`],
  selectedVariant: `${CATALOG_ID}@q4_k_m`,
};

const installed: InstalledModel[] = [
  installedModel,
  {
    key: 'text-embedding-nomic-embed-text-v1.5',
    type: 'embedding',
    publisher: 'nomic-ai',
    displayName: 'Nomic Embed Text v1.5',
    architecture: 'nomic-bert',
    quantization: { name: 'F16', bitsPerWeight: 16 },
    sizeBytes: 274_290_560,
    maxContextLength: 2048,
    format: 'gguf',
  },
];

const instance: LoadedInstance = {
  id: CATALOG_ID,
  modelKey: CATALOG_ID,
  type: 'llm',
  loadTimeMs: 1140,
  config: {
    contextLength: 4096,
    parallel: 4,
    evalBatchSize: 512,
    flashAttention: true,
    offloadKvCacheToGpu: true,
  },
};

export const requestExamples = {
  download: {
    catalog: { summary: 'A model catalog identifier', value: { model: CATALOG_ID } },
    link: { summary: 'A Hugging Face link, with a quantization', value: { model: LINK, quantization: 'MXFP4' } },
  },
  load: {
    plain: { summary: 'As it comes', value: { model: CATALOG_ID } },
    configured: {
      summary: 'With a configuration, echoed in the answer',
      value: { model: CATALOG_ID, context_length: 4096, flash_attention: true, echo_load_config: true },
    },
  },
  unload: { plain: { summary: 'A loaded instance', value: { instance_id: CATALOG_ID } } },
  inference: { prompt: { summary: 'A prompt', value: { model: CATALOG_ID, input: 'Hello' } } },
} satisfies Record<string, Examples>;

export const answerExamples = {
  download: (counters: boolean): Examples => ({
    ...describeJobs((each) => toDownloadAnswer(each, { counters })),
    already_downloaded: {
      summary: 'There is nothing to download',
      value: toDownloadAnswer('already_downloaded', { counters }),
    },
  }),
  status: describeJobs((each) => toJobStatus(each)),
  models: { loaded: { summary: 'Two models, one of them loaded', value: toModelList(installed, [instance]) } },
  legacyModels: { loaded: { summary: 'The same two models', value: toLegacyModelList(installed, [instance]) } },
  legacyModel: { loaded: { summary: 'A model that is loaded', value: toLegacyModel(installedModel, [instance]) } },
  openAiModels: { two: { summary: 'The same two models', value: toOpenAiModelList(installed) } },
  load: {
    plain: { summary: 'Loaded', value: toLoadAnswer(instance, false) },
    configured: { summary: 'Loaded, with its configuration', value: toLoadAnswer(instance, true) },
  },
  unload: { plain: { summary: 'Unloaded', value: { instance_id: CATALOG_ID } } },
  greeting: { greeting: { summary: 'Always the same', value: { lmstudio: true } } },
};

/** What can be wrong with any body, before anything looks at what it asks for. */
const wrongBodies = (required: string): Examples => ({
  invalid_json: show('Not JSON', problems.malformedJson()),
  missing_required_parameter: show(`No ${required}`, problems.missingField(required)),
  invalid_type: show('A field of another type', problems.wrongType(required, 'string', 'number')),
  unrecognized_keys: show('A field that does not exist', problems.unknownKeys(['priority'])),
});

export const problemExamples = {
  badDownload: {
    ...wrongBodies('model'),
    malformed_name: show('Neither a link nor owner/name in kebab-case', problems.malformedName()),
    malformed_link: show('A link to something else than a repo', problems.malformedLink()),
    community_name: show('A community repo without its link', problems.communityName()),
  },
  badLoad: wrongBodies('model'),
  badUnload: wrongBodies('instance_id'),
  noSuchModel: {
    unknown_model: refused('Not in the catalog', 'model_not_found', 'ibm/granite-5-micro'),
    no_compatible_option: refused('Neither GGUF nor MLX there', 'no_compatible_option', TYPO_LINK),
    unknown_quantization: refused('Not in this quantization', 'no_compatible_option', LINK, { choices: ['MXFP4'] }),
  },
  gated: {
    gated: refused('A repo that wants a token', 'gated_no_token', 'https://huggingface.co/google/gemma-3-1b-it'),
  },
  hubUnavailable: { hub_unavailable: refused('No answer from the hub', 'hub_unavailable', LINK) },
  catalogQuantization: {
    catalog_quantization: refused('A catalog identifier with a quantization', 'catalog_quantization', CATALOG_ID),
  },
  noSuchJob: { unknown_job: show('No such job', problems.jobNotFound('job_0000000000')) },
  notInstalled: { not_installed: refused('Not among the downloaded models', 'model_not_installed', CATALOG_ID) },
  notImitated: {
    not_imitated: show('No model runs here', inferenceNotImitated('POST /v1/chat/completions')),
  },
  notLoaded: { not_loaded: refused('Not among the loaded instances', 'instance_not_loaded', CATALOG_ID) },
  unauthorized: {
    missing_token: show('No token', tokenProblems.missingToken()),
    wrong_token: show(
      'A token that is not the right one',
      tokenProblems.wrongToken('sk-lm-XXXXXXXX:XXXXXXXXXXXXXXXXXXXX'),
    ),
  },
  tooLarge: { too_large: show('Larger than 1 MiB', problems.bodyTooLarge(inferred.bodyLimitBytes.value)) },
  unsupportedMediaType: { text: show('Sent as text', problems.unsupportedMediaType('text/plain')) },
  internal: { internal: show('A defect of the server', problems.internal()) },
} satisfies Record<string, Examples>;

function describeJobs(spell: (job: JobSnapshot) => unknown): Examples {
  return Object.fromEntries(
    Object.entries(jobs).map(([name, each]) => [
      name,
      { summary: summaries[name as keyof typeof jobs], value: spell(each) },
    ]),
  );
}

function show(summary: string, problem: Problem) {
  return { summary, value: problem.answer };
}

function refused(summary: string, code: RefusalCode, subject: string, details: { choices?: string[] } = {}) {
  return show(summary, problemFrom(new RefusedError(code, subject, `The hub refuses ${subject}.`, details)));
}
