import { describe, expect, it } from 'vitest';
import { modelFileKind, modelFileKinds, type ModelFileKind } from '../../src/core/model-file-kind.js';

const kinds: Record<ModelFileKind, readonly string[]> = {
  model: [
    'chat-Q4_K_M.gguf',
    'chat.GGUF',
    'BF16/chat-BF16-00001-of-00002.gguf',
    'chat-Q4_K_M-imatrix.gguf',
    'chat-imat-Q4_K_M.gguf',
    'imatrix/chat-Q4_K_M.gguf',
    'Q4_K_M-imatrix/chat.gguf',
    'imatrix-chat-Q4_K_M.gguf',
    'chat-MTP-Q4_K_M.gguf',
    'chat-MTP-Q4_K_M/chat-MTP-Q4_K_M-00001-of-00002.gguf',
    'Eagle-7B-Q4_K_M.gguf',
    'split-chat-Q4_K_M.gguf',
    'chat-draft-Q4_K_M.gguf',
    'chat-v1.part-of-the-whole-Q4_K_M.gguf',
  ],
  piece: [
    'chat-Q4_K_M-chunk-001-of-003.gguf',
    'chat-Q4_K_M-001-of-003.gguf',
    'chat-Q4_K_M.1of3.gguf',
    'chat (1 of 3).gguf',
    '1-of-2/chat-00001-of-00002.gguf',
    '00001-of-00002.gguf',
    'chat.Q8_0.gguf.part1of2',
    'chat.Q8_0.gguf.chunk-001-of-003',
    'chat.Q8_0.gguf.part2',
    'chat.Q8_0.gguf.partab',
    'chat.Q8_0.gguf-split-a',
    'chat.Q8_0.gguf.002',
    'chat.Q8_0.gguf.ab',
    'chat-Q8_0-part-1.gguf',
    'model.safetensors.part1of2',
    'model-1-of-3.safetensors',
    'model-001-of-003.safetensors',
    'weights.00.safetensors',
    'model-part-2.safetensors',
  ],
  projector: [
    'mmproj-F16.gguf',
    'chat.mmproj.gguf',
    'chat-mmproj-BF16.gguf',
    'vl/mmproj-model-f16.gguf',
    'mmproj/chat-F16.gguf',
    'chat-vision-encoder-f16.gguf',
    'mm_projector.gguf',
  ],
  imatrix: [
    'imatrix.gguf',
    'chat.imatrix.gguf',
    'chat-imatrix.gguf',
    'imatrix_unsloth.gguf',
    'imatrix-Q4_K_M.gguf',
    'chat-BF16-imatrix.gguf',
    'imatrix/chat.gguf',
  ],
  draft: [
    'mtp-Q4_K_M.gguf',
    'MTP/chat-Q8_0-MTP.gguf',
    'mtp_heads/chat-Q8_0.gguf',
    'chat-DFlash-BF16.gguf',
    'eagle3-Q4_K_M.gguf',
    'EAGLE/chat-Q4_K_M.gguf',
    'chat-EAGLE-3-Q4_K_M.gguf',
    'chat-medusa-f16.gguf',
  ],
  other: [
    'README.md',
    'config.json',
    'model-00001-of-00002.safetensors',
    'model-00001-of-000163.safetensors',
    'chat-v1.5.safetensors',
    'model.safetensors.index.json',
    'chat.imatrix',
    'chat.Q8_0.gguf.sha256',
    'chat.Q8_0.gguf.gz',
    'ggml-vocab-llama.gguf',
    'chat-lora-adapter.gguf',
  ],
};

describe('a file of a repo', () => {
  it.each(Object.entries(kinds).flatMap(([kind, paths]) => paths.map((path) => [kind, path])))(
    'is of the kind %s: %s',
    (kind, path) => {
      expect(modelFileKind(path)).toBe(kind);
    },
  );

  const kindsBySize = (sizes: Record<string, number>): Record<string, string> =>
    Object.fromEntries(
      [...modelFileKinds(Object.entries(sizes).map(([path, size]) => ({ path, size })))].map(([{ path }, kind]) => [
        path,
        kind,
      ]),
    );

  it('is a draft head or imatrix data where it is far smaller than a model of its label', () => {
    expect(
      kindsBySize({
        'chat-Q4_K_M.gguf': 4000,
        'chat-MTP-Q4_K_M.gguf': 4300,
        'chat-Q8_0-MTP.gguf': 500,
        'chat-imatrix-Q8_0.gguf': 8000,
        'chat-Q8_0.imatrix.gguf': 5,
      }),
    ).toEqual({
      'chat-Q4_K_M.gguf': 'model',
      'chat-MTP-Q4_K_M.gguf': 'model',
      'chat-Q8_0-MTP.gguf': 'draft',
      'chat-imatrix-Q8_0.gguf': 'model',
      'chat-Q8_0.imatrix.gguf': 'imatrix',
    });
  });

  it('counts with the other shards of its model', () => {
    const sizes: Record<string, number> = { 'chat-Q4_K_M.gguf': 4000 };
    for (const number of [1, 2, 3, 4]) sizes[`chat-MTP-Q4_K_M-0000${number}-of-00004.gguf`] = 1100;
    expect(Object.values(kindsBySize(sizes))).not.toContain('draft');
  });
});
