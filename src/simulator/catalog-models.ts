import type { Catalog, CatalogModel, FileChoice } from './catalog.js';

/*
 * The models of the default catalog, with real names: the ids of LM Studio's documentation, and those that public
 * clients hard-code. These sizes are exact to the byte: granite-4-micro, gemma-4-26b-a4b, gemma-4-26b-a4b-qat,
 * gemma-4-e4b (MLX), deepseek-r1, gemma-3-1b (MLX), qwen3.5-4b, qwen3-4b-2507 (MLX), nomic-embed-text-v1.5. The others
 * are rounded, which is exact enough for a progress bar.
 *
 * Rare shapes that documents and recordings allow are each in one model, so that clients meet them here first: null
 * fields and a decision model at the end, further instance settings on qwen3.5-9b and qwen3.5-35b-a3b, `xhigh` on
 * nemotron-3-nano-4b, no capabilities on gemma-3-1b.
 */

const MB = 1_000_000;

const gguf = (repo: string, sizes: Record<string, number>): FileChoice[] =>
  Object.entries(sizes).map(([quantization, sizeBytes]) => ({ repo, format: 'gguf', quantization, sizeBytes }));
const mlx = (repo: string, quantization: string, sizeBytes: number): FileChoice => ({
  repo,
  format: 'mlx',
  quantization,
  sizeBytes,
});

const thinking = { options: ['off', 'on'], preset: 'on' };
const effort = { options: ['low', 'medium', 'high'], preset: 'low' };

/** Describes a language model, unless `more` says otherwise. @param id absent for a model that only Hugging Face has */
const describe = (
  id: string | undefined,
  displayName: string,
  architecture: string,
  params: string | undefined,
  maxContextLength: number,
  files: CatalogModel['files'],
  more: Partial<CatalogModel> = {},
): CatalogModel => ({
  ...(id !== undefined && { id }),
  displayName,
  type: 'llm',
  architecture,
  ...(params !== undefined && { params }),
  maxContextLength,
  ...more,
  files,
});

/** The built-in catalog: models that LM Studio's documentation and public clients name, with their real sizes. */
export const catalogModels: Catalog = [
  describe(
    'ibm/granite-4-micro',
    'Granite 4.0 Micro',
    'granite',
    '3B',
    131_072,
    [
      ...gguf('lmstudio-community/granite-4.0-micro-GGUF', {
        Q4_K_M: 2_279_145_003,
        Q6_K: 2_794 * MB,
        Q8_0: 3_618 * MB,
      }),
      mlx('lmstudio-community/granite-4.0-micro-MLX-4bit', '4bit', 1_921 * MB),
    ],
    { toolUse: true, description: 'A small dense model for instruction following and tool calling.' },
  ),
  describe(
    'openai/gpt-oss-20b',
    'GPT-OSS 20B',
    'gpt-oss',
    '20B',
    131_072,
    [
      ...gguf('lmstudio-community/gpt-oss-20b-GGUF', { MXFP4: 12_110 * MB }),
      mlx('lmstudio-community/gpt-oss-20b-MLX-8bit', '8bit', 22_266 * MB),
    ],
    {
      mixtureOfExperts: true,
      toolUse: true,
      reasoning: effort,
      description: 'An open-weight mixture-of-experts model with adjustable reasoning effort.',
      incompatibleRepos: ['openai/gpt-oss-20b'],
    },
  ),
  describe(
    'openai/gpt-oss-120b',
    'GPT-OSS 120B',
    'gpt-oss',
    '120B',
    131_072,
    gguf('lmstudio-community/gpt-oss-120b-GGUF', { MXFP4: 63_387 * MB }),
    {
      mixtureOfExperts: true,
      toolUse: true,
      reasoning: effort,
      description: 'The larger open-weight mixture-of-experts model.',
      incompatibleRepos: ['openai/gpt-oss-120b'],
    },
  ),
  describe(
    'qwen/qwen3-8b',
    'Qwen3 8B',
    'qwen3',
    '8B',
    40_960,
    [
      ...gguf('lmstudio-community/Qwen3-8B-GGUF', {
        Q4_K_M: 5_028 * MB,
        Q3_K_L: 4_431 * MB,
        Q6_K: 6_726 * MB,
        Q8_0: 8_710 * MB,
      }),
      mlx('lmstudio-community/Qwen3-8B-MLX-4bit', '4bit', 4_623 * MB),
      mlx('lmstudio-community/Qwen3-8B-MLX-8bit', '8bit', 8_720 * MB),
    ],
    { toolUse: true, reasoning: thinking, incompatibleRepos: ['Qwen/Qwen3-8B'] },
  ),
  describe(
    'qwen/qwen3-14b',
    'Qwen3 14B',
    'qwen3',
    '14B',
    40_960,
    [
      ...gguf('lmstudio-community/Qwen3-14B-GGUF', { Q4_K_M: 9_001 * MB, Q8_0: 15_698 * MB }),
      mlx('lmstudio-community/Qwen3-14B-MLX-4bit', '4bit', 8_321 * MB),
    ],
    { toolUse: true, reasoning: thinking },
  ),
  describe(
    'qwen/qwen3-4b-2507',
    'Qwen3 4B 2507',
    'qwen3',
    '4B',
    262_144,
    [
      mlx('lmstudio-community/Qwen3-4B-Instruct-2507-MLX-4bit', '4bit', 2_279_153_300),
      ...gguf('lmstudio-community/Qwen3-4B-Instruct-2507-GGUF', { Q4_K_M: 2_497 * MB, Q8_0: 4_280 * MB }),
    ],
    { toolUse: true },
  ),
  describe(
    'qwen/qwen3-30b-a3b-2507',
    'Qwen3 30B A3B 2507',
    'qwen3moe',
    '30B',
    262_144,
    [
      ...gguf('lmstudio-community/Qwen3-30B-A3B-Instruct-2507-GGUF', {
        Q4_K_M: 18_632 * MB,
        Q6_K: 25_093 * MB,
        Q8_0: 32_484 * MB,
      }),
      mlx('lmstudio-community/Qwen3-30B-A3B-Instruct-2507-MLX-4bit', '4bit', 17_189 * MB),
    ],
    { mixtureOfExperts: true, toolUse: true },
  ),
  describe(
    'qwen/qwen3-coder-30b',
    'Qwen3 Coder 30B',
    'qwen3moe',
    '30B',
    262_144,
    gguf('lmstudio-community/Qwen3-Coder-30B-A3B-Instruct-GGUF', { Q4_K_M: 18_631 * MB, Q8_0: 32_484 * MB }),
    { mixtureOfExperts: true, toolUse: true },
  ),
  describe(
    'qwen/qwen3.5-4b',
    'Qwen3.5 4B',
    'qwen35',
    '4B',
    262_144,
    gguf('lmstudio-community/Qwen3.5-4B-GGUF', { Q4_K_M: 3_383_082_464, Q6_K: 4_210 * MB, Q8_0: 5_160 * MB }),
    { vision: true, toolUse: true, reasoning: thinking },
  ),
  describe(
    'qwen/qwen3.5-9b',
    'Qwen3.5 9B',
    'qwen35',
    '9B',
    262_144,
    gguf('lmstudio-community/Qwen3.5-9B-GGUF', { Q4_K_M: 6_550 * MB, Q8_0: 10_450 * MB }),
    { vision: true, toolUse: true, reasoning: thinking, loadDefaults: { reasoning_budget_message: 'Time to answer.' } },
  ),
  describe(
    'qwen/qwen3.5-35b-a3b',
    'Qwen3.5 35B A3B',
    'qwen35moe',
    '35B-A3B',
    262_144,
    gguf('lmstudio-community/Qwen3.5-35B-A3B-GGUF', { Q4_K_M: 22_070 * MB, Q8_0: 37_800 * MB }),
    {
      mixtureOfExperts: true,
      vision: true,
      toolUse: true,
      reasoning: thinking,
      loadDefaults: { physical_batch_size: 512 },
    },
  ),
  describe(
    'qwen/qwen3-vl-4b',
    'Qwen3 VL 4B',
    'qwen3vl',
    '4B',
    262_144,
    [
      ...gguf('lmstudio-community/Qwen3-VL-4B-Instruct-GGUF', { Q4_K_M: 3_334 * MB, Q8_0: 5_118 * MB }),
      mlx('lmstudio-community/Qwen3-VL-4B-Instruct-MLX-4bit', '4bit', 3_090 * MB),
    ],
    { vision: true, toolUse: true },
  ),
  describe(
    'qwen/qwen3-vl-8b',
    'Qwen3 VL 8B',
    'qwen3vl',
    '8B',
    262_144,
    [
      ...gguf('lmstudio-community/Qwen3-VL-8B-Instruct-GGUF', { Q4_K_M: 6_190 * MB, Q8_0: 9_870 * MB }),
      mlx('lmstudio-community/Qwen3-VL-8B-Instruct-MLX-4bit', '4bit', 5_780 * MB),
    ],
    { vision: true, toolUse: true },
  ),
  describe(
    'google/gemma-3-1b',
    'Gemma 3 1B',
    'gemma3_text',
    '1B',
    32_768,
    [
      mlx('mlx-community/gemma-3-1b-it-4bit', '4bit', 771_933_305),
      ...gguf('lmstudio-community/gemma-3-1b-it-GGUF', { Q4_K_M: 806 * MB, Q8_0: 1_069 * MB }),
    ],
    { capabilities: false },
  ),
  describe(
    'google/gemma-3-12b',
    'Gemma 3 12B',
    'gemma3',
    '12B',
    131_072,
    gguf('lmstudio-community/gemma-3-12b-it-GGUF', { Q4_K_M: 8_155 * MB, Q8_0: 13_365 * MB }),
    { vision: true },
  ),
  describe(
    'google/gemma-3n-e4b',
    'Gemma 3n E4B',
    'gemma3n',
    '6.9B',
    32_768,
    gguf('lmstudio-community/gemma-3n-E4B-it-text-GGUF', { Q4_K_M: 4_236 * MB, Q8_0: 7_353 * MB }),
  ),
  describe(
    'google/gemma-4-26b-a4b',
    'Gemma 4 26B A4B',
    'gemma4',
    '26B-A4B',
    262_144,
    gguf('lmstudio-community/gemma-4-26B-A4B-it-GGUF', { Q4_K_M: 17_990_911_801, Q8_0: 28_050 * MB }),
    { mixtureOfExperts: true, vision: true, toolUse: true, reasoning: thinking },
  ),
  describe(
    'google/gemma-4-26b-a4b-qat',
    'Gemma 4 26B A4B QAT',
    'gemma4',
    '26B-A4B',
    262_144,
    gguf('lmstudio-community/gemma-4-26B-A4B-it-QAT-GGUF', { Q4_0: 15_641_333_028 }),
    { mixtureOfExperts: true, vision: true, toolUse: true, reasoning: thinking },
  ),
  describe(
    'google/gemma-4-e4b',
    'Gemma 4 E4B',
    'gemma4',
    '7.5B',
    131_072,
    [
      mlx('lmstudio-community/gemma-4-E4B-it-MLX-4bit', '4bit', 6_861_915_950),
      ...gguf('lmstudio-community/gemma-4-E4B-it-GGUF', { Q4_K_M: 5_950 * MB, Q8_0: 9_030 * MB }),
    ],
    { vision: true, toolUse: true, reasoning: thinking },
  ),
  describe(
    'nvidia/nemotron-3-nano-4b',
    'Nemotron 3 Nano 4B',
    'nemotron_h',
    '4B',
    262_144,
    gguf('lmstudio-community/NVIDIA-Nemotron-3-Nano-4B-GGUF', { Q4_K_M: 2_840 * MB, Q8_0: 4_230 * MB }),
    { toolUse: true, reasoning: { options: ['off', 'low', 'medium', 'high', 'xhigh'], preset: 'medium' } },
  ),
  describe(
    'deepseek/deepseek-r1',
    'DeepSeek R1',
    'deepseek',
    '70B',
    131_072,
    gguf('lmstudio-community/DeepSeek-R1-Distill-Llama-70B-GGUF', { Q4_K_M: 40_492_610_355 }),
    { reasoning: { options: ['on'], preset: 'on' } },
  ),
  describe(
    'deepseek/deepseek-r1-0528-qwen3-8b',
    'DeepSeek R1 0528 Qwen3 8B',
    'qwen3',
    '8B',
    131_072,
    [
      ...gguf('lmstudio-community/DeepSeek-R1-0528-Qwen3-8B-GGUF', { Q4_K_M: 5_028 * MB, Q8_0: 8_710 * MB }),
      mlx('lmstudio-community/DeepSeek-R1-0528-Qwen3-8B-MLX-4bit', '4bit', 4_623 * MB),
    ],
    { reasoning: { options: ['on'], preset: 'on' } },
  ),
  describe(
    'mistralai/mistral-small-3.2',
    'Mistral Small 3.2',
    'llama',
    '24B',
    131_072,
    gguf('lmstudio-community/Mistral-Small-3.2-24B-Instruct-2506-GGUF', {
      Q4_K_M: 15_214 * MB,
      Q6_K: 20_224 * MB,
      Q8_0: 25_933 * MB,
    }),
    { vision: true, toolUse: true },
  ),
  describe(
    'mistralai/devstral-small-2507',
    'Devstral Small 2507',
    'llama',
    '24B',
    131_072,
    gguf('lmstudio-community/Devstral-Small-2507-GGUF', { Q4_K_M: 14_334 * MB, Q8_0: 25_055 * MB }),
    { toolUse: true },
  ),
  describe(
    'microsoft/phi-4-mini-reasoning',
    'Phi 4 Mini Reasoning',
    'phi3',
    '3.8B',
    131_072,
    gguf('lmstudio-community/Phi-4-mini-reasoning-GGUF', { Q4_K_M: 2_492 * MB, Q8_0: 4_085 * MB }),
    { reasoning: { options: ['on'], preset: 'on' } },
  ),
  describe(
    'liquid/lfm2-1.2b',
    'LFM2 1.2B',
    'lfm2',
    '1.2B',
    128_000,
    gguf('LiquidAI/LFM2-1.2B-GGUF', { Q4_K_M: 731 * MB, Q8_0: 1_247 * MB, F16: 2_343 * MB }),
    { toolUse: true },
  ),
  describe(
    undefined,
    'Llama 3.2 1B Instruct',
    'llama',
    '1B',
    131_072,
    [
      ...gguf('bartowski/Llama-3.2-1B-Instruct-GGUF', { Q4_K_M: 808 * MB, Q8_0: 1_322 * MB, F16: 2_480 * MB }),
      mlx('mlx-community/Llama-3.2-1B-Instruct-4bit', '4bit', 695 * MB),
    ],
    { toolUse: true, incompatibleRepos: ['meta-llama/Llama-3.2-1B-Instruct'] },
  ),
  describe(
    undefined,
    'SmolLM2 360M Instruct',
    'llama',
    '360M',
    8_192,
    gguf('HuggingFaceTB/SmolLM2-360M-Instruct-GGUF', { Q8_0: 386 * MB }),
    { incompatibleRepos: ['HuggingFaceTB/SmolLM2-360M-Instruct'] },
  ),
  describe(
    'nomic-ai/nomic-embed-text-v1.5',
    'Nomic Embed Text v1.5',
    'nomic-bert',
    undefined,
    2_048,
    gguf('nomic-ai/nomic-embed-text-v1.5-GGUF', { F16: 274_290_560, Q4_K_M: 84_106_624, Q8_0: 146 * MB }),
    { type: 'embedding', incompatibleRepos: ['nomic-ai/nomic-embed-text-v1.5'] },
  ),
  describe(
    'qwen/qwen3-embedding-0.6b',
    'Qwen3 Embedding 0.6B',
    'qwen3',
    '0.6B',
    32_768,
    gguf('Qwen/Qwen3-Embedding-0.6B-GGUF', { Q8_0: 639 * MB, F16: 1_198 * MB }),
    { type: 'embedding' },
  ),
  // Made up: a model of the type that LM Studio's newest documentation adds.
  describe(
    'modeldock/decision-model',
    'Decision Model',
    'llama',
    '1B',
    8_192,
    gguf('modeldock/Decision-Model-GGUF', { Q8_0: 1_100 * MB }),
    { type: 'decision', decisionType: 'binary', hasVisionAdapter: false, capabilities: false },
  ),
  // Made up: a model whose header LM Studio could not read.
  describe(
    'modeldock/unread-model',
    'Unread Model',
    'llama',
    undefined,
    8_192,
    gguf('modeldock/Unread-Model-GGUF', { Q4_K_M: 800 * MB }),
    { unreadFields: ['architecture', 'maxContextLength', 'quantization'] },
  ),
];
