/*
 * The repos of `modeldock hub` by default: one small repo for each thing that a downloader must handle.
 * docs/testing-downloaders.md lists them. A changed size, path or variant of a large file changes its bytes: run
 * scripts/hub-digests.mjs afterwards.
 */
import { safetensorsNames } from '../content/safetensors-header.js';
import type { FileDescription, RepoDescription } from './description.js';
import { safetensorsFacts } from './file.js';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;

/** The repos that a hub starts with. */
export const builtinRepos: readonly RepoDescription[] = [
  {
    ...gguf('tiny-chat-GGUF', [
      { path: 'tiny-chat-Q4_K_M.gguf', size: 3 * MIB },
      { path: 'tiny-chat-Q8_0.gguf', size: 5 * MIB + 77 },
      { path: 'tiny-chat-F16.gguf', size: 9 * MIB },
      { path: 'mmproj-tiny-chat-F16.gguf', size: MIB, gguf: { name: 'tiny-chat projector' } },
    ]),
    formerIds: ['modeldock/tiny-chat-old-name-GGUF'],
    downloads: 1200,
    likes: 34,
  },
  gguf('split-chat-GGUF', [
    ...shards('split-chat-Q4_K_M', 3, 2 * MIB),
    ...shards('BF16/split-chat-BF16', 2, 4 * MIB),
    { path: 'split-chat.imatrix', size: 64 * 1024, storage: 'xet' },
  ]),
  mlxRepo('tiny-chat-MLX-4bit'),
  {
    ...gguf('tiny-embed-GGUF', [
      { path: 'tiny-embed-Q8_0.gguf', size: 2 * MIB },
      { path: 'tiny-embed-F32.gguf', size: 4 * MIB },
    ]),
    pipelineTag: 'feature-extraction',
    tags: ['gguf', 'sentence-transformers', 'feature-extraction'],
  },
  gguf('medium-chat-GGUF', [{ path: 'medium-chat-Q4_K_M.gguf', size: GIB }]),
  gguf('huge-chat-GGUF', [
    { path: 'huge-chat-Q4_K_M.gguf', size: 22 * GIB, storage: 'xet' },
    { path: 'huge-chat-Q8_0.gguf', size: 40_000_000_000, storage: 'xet' },
  ]),
  movingRepo('moving-chat-GGUF'),
  { ...gguf('private-chat-GGUF', [{ path: 'private-chat-Q4_K_M.gguf', size: MIB }]), private: true },
  { ...gguf('gated-auto-chat-GGUF', [{ path: 'gated-auto-chat-Q4_K_M.gguf', size: MIB }]), gated: 'auto' },
  { ...gguf('gated-manual-chat-GGUF', [{ path: 'gated-manual-chat-Q4_K_M.gguf', size: MIB }]), gated: 'manual' },
  { ...gguf('disabled-chat-GGUF', [{ path: 'disabled-chat-Q4_K_M.gguf', size: MIB }]), disabled: true },
  manyFilesRepo('many-files'),
];

function gguf(name: string, files: FileDescription[]): RepoDescription {
  return {
    id: `modeldock/${name}`,
    pipelineTag: 'text-generation',
    libraryName: 'gguf',
    tags: ['gguf', 'text-generation'],
    commits: [{ title: 'Upload the model', files: [...cards(name), ...files] }],
  };
}

function cards(name: string): FileDescription[] {
  return [
    { path: '.gitattributes', text: '*.gguf filter=lfs diff=lfs merge=lfs -text\n' },
    {
      path: 'README.md',
      text: `# ${name}\n\nNoise with a valid header: made by modeldock to test downloaders with.\n`,
    },
    { path: 'config.json', text: `${JSON.stringify({ model_type: 'llama', hidden_size: 256 }, undefined, 2)}\n` },
  ];
}

function shards(stem: string, count: number, size: number): FileDescription[] {
  const number = (value: number): string => String(value).padStart(5, '0');
  return Array.from({ length: count }, (_, index) => ({
    path: `${stem}-${number(index + 1)}-of-${number(count)}.gguf`,
    size,
    storage: 'xet' as const,
  }));
}

function mlxRepo(name: string): RepoDescription {
  const paths = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];
  const weights = paths.flatMap((path) => safetensorsNames(safetensorsFacts(path)).map((tensor) => [tensor, path]));
  const index = {
    metadata: { total_size: 6 * MIB },
    weight_map: Object.fromEntries(weights) as Record<string, string>,
  };
  return {
    id: `modeldock/${name}`,
    pipelineTag: 'text-generation',
    libraryName: 'mlx',
    tags: ['mlx', 'safetensors', 'text-generation', '4-bit'],
    commits: [
      {
        title: 'Upload the model',
        files: [
          ...cards(name),
          ...paths.map((path) => ({ path, size: 3 * MIB, storage: 'xet' as const })),
          { path: 'model.safetensors.index.json', text: `${JSON.stringify(index, undefined, 2)}\n` },
          { path: 'tokenizer.json', size: 256 * 1024, storage: 'lfs' },
          { path: 'tokenizer_config.json', text: '{"model_max_length":8192}\n' },
        ],
      },
    ],
  };
}

function movingRepo(name: string): RepoDescription {
  const path = `${name.replace('-GGUF', '')}-Q4_K_M.gguf`;
  return {
    ...gguf(name, []),
    commits: [
      {
        title: 'Upload the model',
        files: [...cards(name), { path, size: 2 * MIB }, { path: 'notes.txt', text: 'first\n' }],
      },
      { title: 'Fix the tokenizer', files: [{ path, size: 2 * MIB, variant: 'second' }] },
      { title: 'Requantize', files: [{ path, size: 2 * MIB + 512, variant: 'third' }], removes: ['notes.txt'] },
    ],
    branches: { main: 1, next: 2 },
    gitTags: { 'v1.0': 0 },
  };
}

/** More entries than fit on one page of the tree (1000). */
function manyFilesRepo(name: string): RepoDescription {
  const files = Array.from({ length: 1500 }, (_, index) => {
    const number = String(index).padStart(4, '0');
    return { path: `data/${number.slice(0, 2)}/${number}.txt`, text: `file ${number}\n` };
  });
  return {
    id: `modeldock/${name}`,
    tags: ['small-files'],
    commits: [{ title: 'Upload', files: [...cards(name), ...files] }],
  };
}
