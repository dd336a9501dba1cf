/** A repo in the shape of a public one, a request, and what it comes to. */
export interface RepoShape {
  /** What the shape is about; it is the repo's name as well. */
  name: string;
  /** Path to bytes of a large file, or the text of a small one. */
  files: Readonly<Record<string, number | string>>;
  tags?: string[];
  asks?: string;
  /** Paths of the files that are downloaded. */
  gets?: readonly string[];
  /** Or words of the refusal. */
  refused?: readonly string[];
}

const KIB = 1024;
const [SMALL, MODEL, LARGE, FLOAT] = [24 * KIB, 120 * KIB, 240 * KIB, 600 * KIB];
const config = (text: object): string => JSON.stringify({ model_type: 'llama', ...text });
const quantized = (bits: number): string => config({ quantization: { bits, group_size: 64 } });

const oneOf = (...paths: string[]): Record<string, number> =>
  Object.fromEntries(paths.map((path, index) => [path, MODEL + index * KIB]));
const TESS_PARTS = { 'Tess.Q8_0.gguf.part1of2': LARGE, 'Tess.Q8_0.gguf.part2of2': LARGE };
const CHUNKS = oneOf(...[1, 2, 3].map((number) => `Big-Q4_K_M-chunk-00${number}-of-003.gguf`));
const TWINS = {
  'Nine-9B-Q4_K_M.gguf': MODEL,
  'Nine-9B-MTP-Q4_K_M.gguf': MODEL + SMALL,
  'Nine-9B-Q6_K.gguf': LARGE,
  'Nine-9B-MTP-Q6_K.gguf': LARGE + SMALL,
};
const FLAVOURS = oneOf('F-IQ4_XS-3.53bpw.gguf', 'F-IQ4_XS-3.97bpw.gguf', 'F-IQ4_XS-4.19bpw.gguf');
const TIERS = oneOf('Step-Balanced.gguf', 'Step-Compact.gguf', 'Step-I-Compact.gguf', 'Step-Quality.gguf');
const HEADS = {
  'gem-it-Q4_K_M.gguf': MODEL,
  'gem-it-BF16.gguf': FLOAT,
  'MTP/gem-it-Q8_0-MTP.gguf': SMALL,
  'MTP/gem-it-F16-MTP.gguf': 2 * SMALL,
};

export const repoShapes: readonly RepoShape[] = [
  {
    name: 'made-with-an-imatrix',
    files: { 'enhancer-Q4_K_M-imatrix.gguf': MODEL, 'enhancer-mmproj-BF16.gguf': SMALL },
    gets: ['enhancer-Q4_K_M-imatrix.gguf', 'enhancer-mmproj-BF16.gguf'],
  },
  {
    name: 'with-and-without-an-imatrix',
    files: oneOf('M-Q4_K_M-imatrix.gguf', 'M-Q4_K_M.gguf', 'M-Q8_0.gguf'),
    gets: ['M-Q4_K_M.gguf'],
  },
  {
    name: 'the-one-made-with-an-imatrix',
    files: oneOf('M-Q4_K_M-imatrix.gguf', 'M-Q4_K_M.gguf', 'M-Q8_0.gguf'),
    asks: 'q4_k_m-imatrix',
    gets: ['M-Q4_K_M-imatrix.gguf'],
  },
  {
    name: 'data-of-an-imatrix',
    files: { 'M.imatrix.gguf': SMALL, 'M-F16.imatrix.gguf': SMALL, 'imatrix/of-M.gguf': SMALL },
    refused: ['M-F16.imatrix.gguf, M.imatrix.gguf and imatrix/of-M.gguf are imatrix data'],
  },
  {
    name: 'data-of-an-imatrix-by-its-size',
    files: { 'M-Q8_0-imatrix.gguf': 10 * KIB, 'M-Q4_K_M.gguf': MODEL },
    asks: 'Q8_0',
    refused: ['M-Q8_0-imatrix.gguf is imatrix data', 'The repo has Q4_K_M.'],
  },
  { name: 'heads-in-a-folder', files: HEADS, asks: 'Q8_0', refused: ['MTP/gem-it-Q8_0-MTP.gguf is a draft head'] },
  { name: 'a-model-beside-heads', files: HEADS, gets: ['gem-it-Q4_K_M.gguf'] },
  {
    name: 'heads-beside-their-model',
    files: { 'gem-it-Q4_K_M.gguf': MODEL, 'gem-it-Q8_0-MTP.gguf': SMALL },
    asks: 'Q8_0',
    refused: ['gem-it-Q8_0-MTP.gguf is a draft head', 'The repo has Q4_K_M.'],
  },
  {
    name: 'dflash',
    files: { 'laguna-Q4_K_M.gguf': LARGE, 'laguna-DFlash-BF16.gguf': SMALL },
    asks: 'BF16',
    refused: ['laguna-DFlash-BF16.gguf is a draft head', 'The repo has Q4_K_M.'],
  },
  { name: 'only-an-eagle-head', files: oneOf('chat-EAGLE3-Q8_0.gguf'), refused: ['is a draft head'] },
  { name: 'a-model-called-eagle', files: oneOf('Eagle-7B-Q4_K_M.gguf'), gets: ['Eagle-7B-Q4_K_M.gguf'] },
  { name: 'twins', files: TWINS, gets: ['Nine-9B-Q4_K_M.gguf'] },
  { name: 'the-other-twin', files: TWINS, asks: 'Q4_K_M-MTP', gets: ['Nine-9B-MTP-Q4_K_M.gguf'] },
  { name: 'the-other-twin-by-its-end', files: TWINS, asks: 'mtp-q4_k_m', gets: ['Nine-9B-MTP-Q4_K_M.gguf'] },
  {
    name: 'a-model-with-an-mtp-layer-alone',
    files: oneOf('Nine-9B-MTP-Q4_K_M.gguf', 'Nine-9B-MTP-Q8_0.gguf'),
    gets: ['Nine-9B-MTP-Q4_K_M.gguf'],
  },
  { name: 'chunks', files: CHUNKS, refused: ['Big-Q4_K_M-chunk-001-of-003.gguf', 'are pieces of files'] },
  {
    name: 'parts-behind-the-extension',
    files: { ...TESS_PARTS, 'Tess.Q4_K_M.gguf': MODEL },
    asks: 'Q8_0',
    refused: ['Tess.Q8_0.gguf.part1of2 and Tess.Q8_0.gguf.part2of2 are pieces of files', 'The repo has Q4_K_M.'],
  },
  { name: 'only-parts', files: TESS_PARTS, refused: ['are pieces of files', 'Look for another repo'] },
  ...['x-Q8_0-1of3.gguf', 'x-Q8_0-0001-of-0003.gguf', 'x.Q8_0.00001-of-00003.gguf', 'x-00001-of-00003-Q8_0.gguf'].map(
    (path, index) => ({ name: `numbered-otherwise-${index}`, files: { [path]: MODEL }, refused: [path, 'is a piece'] }),
  ),
  ...['x.Q8_0.gguf-split-a', 'x.Q8_0.gguf.001', 'x.Q8_0.gguf.aa', 'x-Q8_0.part1.gguf', 'x-Q8_0-split-b.gguf'].map(
    (path, index) => ({ name: `cut-otherwise-${index}`, files: { [path]: MODEL }, refused: [path, 'is a piece'] }),
  ),
  { name: 'flavours', files: FLAVOURS, asks: 'IQ4_XS-4.19bpw', gets: ['F-IQ4_XS-4.19bpw.gguf'] },
  {
    name: 'flavours-of-one-label',
    files: FLAVOURS,
    asks: 'IQ4_XS',
    refused: ['request one of IQ4_XS-3.53bpw, IQ4_XS-3.97bpw, IQ4_XS-4.19bpw'],
  },
  { name: 'flavours-unasked', files: FLAVOURS, refused: ['IQ4_XS-3.53bpw, IQ4_XS-3.97bpw, IQ4_XS-4.19bpw'] },
  { name: 'tiers', files: TIERS, asks: 'I-Compact', gets: ['Step-I-Compact.gguf'] },
  { name: 'a-tier-that-ends-another', files: TIERS, asks: 'compact', gets: ['Step-Compact.gguf'] },
  { name: 'tiers-unasked', files: TIERS, refused: ['request one of Balanced, Compact, I-Compact, Quality'] },
  {
    name: 'letters-of-their-own',
    files: oneOf('U-Q3_K_P.gguf', 'U-Q4_K_P.gguf', 'U-Q8_K_P.gguf'),
    asks: 'Q4_K_P',
    gets: ['U-Q4_K_P.gguf'],
  },
  {
    name: 'letters-of-their-own-and-a-projector',
    files: { 'tg-12b.Q4_K_H.gguf': MODEL, 'tg-12b.Q6_K_H.gguf': LARGE, 'tg-12b.mmproj.gguf': SMALL },
    asks: 'Q6_K_H',
    gets: ['tg-12b.Q6_K_H.gguf', 'tg-12b.mmproj.gguf'],
  },
  {
    name: 'labels-without-a-format',
    files: oneOf('Lexi_V2_Q4.gguf', 'Lexi_V2_Q8.gguf', 'Lexi_V2_F16.gguf'),
    asks: 'Q8',
    gets: ['Lexi_V2_Q8.gguf'],
  },
  { name: 'half-a-label', files: oneOf('M-Q4_K_M.gguf'), asks: 'K_M', refused: ['The repo has Q4_K_M.'] },
  {
    name: 'a-projector-per-folder',
    files: {
      '4b/vl-4b-Q4_K_M.gguf': MODEL,
      '4b/mmproj-vl-4b-Q8_0.gguf': SMALL,
      '12b/vl-12b-Q6_K.gguf': LARGE,
      '12b/mmproj-vl-12b-F16.gguf': SMALL,
    },
    gets: ['4b/vl-4b-Q4_K_M.gguf', '4b/mmproj-vl-4b-Q8_0.gguf'],
  },
  {
    name: 'a-projector-per-model',
    files: { 'vl-4b-Q4_K_M.gguf': MODEL, 'vl-12b-Q6_K.gguf': LARGE, 'mmproj-vl-12b-F16.gguf': SMALL },
    gets: ['vl-4b-Q4_K_M.gguf'],
  },
  {
    name: 'a-folder-of-projectors',
    files: { 'Q4_K_M/vl-Q4_K_M.gguf': MODEL, 'mmproj/vl-F16.gguf': SMALL },
    gets: ['Q4_K_M/vl-Q4_K_M.gguf', 'mmproj/vl-F16.gguf'],
  },
  {
    name: 'shards-and-a-projector',
    files: {
      'Gem.BF16-00001-of-00002.gguf': MODEL,
      'Gem.BF16-00002-of-00002.gguf': MODEL,
      'Gem.BF16-mmproj.gguf': SMALL,
    },
    gets: ['Gem.BF16-00001-of-00002.gguf', 'Gem.BF16-00002-of-00002.gguf', 'Gem.BF16-mmproj.gguf'],
  },
  {
    name: 'one-shard-of-one',
    files: oneOf('S-Q4_K_M-00001-of-00001.gguf'),
    gets: ['S-Q4_K_M-00001-of-00001.gguf'],
  },
  {
    name: 'counted-from-zero',
    files: oneOf('S-Q4_K_M-00000-of-00002.gguf', 'S-Q4_K_M-00001-of-00002.gguf'),
    refused: ['S-Q4_K_M-00000-of-00002.gguf is numbered from 00000'],
  },
  {
    name: 'a-shard-is-missing',
    files: { ...oneOf('S-Q4_K_M-00001-of-00003.gguf', 'S-Q4_K_M-00003-of-00003.gguf'), 'S-Q2_K.gguf': MODEL },
    asks: 'Q4_K_M',
    refused: ['only 2 of 3 parts of S-Q4_K_M-00001-of-00003.gguf are there', 'The repo has Q2_K.'],
  },
  {
    name: 'odd-names',
    files: oneOf('My Model+LoRA 100% (v2) #1-Q4_K_M.gguf', "it's [é] 日本-Q8_0.gguf"),
    asks: 'q4_k_m',
    gets: ['My Model+LoRA 100% (v2) #1-Q4_K_M.gguf'],
  },
  {
    name: 'bits-inside-the-name-4bit-mlx',
    tags: ['mlx'],
    files: { 'config.json': quantized(4), 'model.safetensors': MODEL, 'tokenizer.json': '{}' },
    asks: '4bit',
    gets: ['model.safetensors', 'tokenizer.json', 'config.json'],
  },
  ...['4bit', '4-bit', 'Q4'].map((asks) => ({
    name: `bits-in-the-config-${asks}`.replace(/-\d.*|-Q4/, `-${asks.length}`),
    tags: ['mlx'],
    files: { 'config.json': quantized(4), 'model.safetensors': MODEL },
    ...{ asks, gets: ['model.safetensors', 'config.json'] },
  })),
  {
    name: 'no-bits-in-the-config',
    tags: ['mlx'],
    files: { 'config.json': config({ torch_dtype: 'bfloat16' }), 'model.safetensors': MODEL },
    asks: 'bf16',
    gets: ['model.safetensors', 'config.json'],
  },
  {
    name: 'other-bits-in-the-config',
    tags: ['mlx'],
    files: { 'config.json': quantized(6), 'model.safetensors': MODEL },
    asks: '4bit',
    refused: ['The repo is 6bit.'],
  },
  ...['model-1-of-2.safetensors', 'weights.00.safetensors', 'model-part-1.safetensors'].map((path, index) => ({
    name: `pieces-numbered-otherwise-${index}-mlx`,
    files: { 'config.json': quantized(4), [path]: MODEL, [path.replace(/1|00/, '2')]: MODEL },
    refused: [path, 'joined'],
  })),
  {
    name: 'parts-numbered-otherwise-with-an-index-mlx',
    files: {
      'config.json': quantized(4),
      'model-1-of-2.safetensors': MODEL,
      'model-2-of-2.safetensors': MODEL + KIB,
      'model.safetensors.index.json': '{}',
    },
    gets: ['model-1-of-2.safetensors', 'model-2-of-2.safetensors', 'model.safetensors.index.json', 'config.json'],
  },
  {
    name: 'a-missing-part-numbered-otherwise-mlx',
    files: { 'config.json': quantized(4), 'model-1-of-2.safetensors': MODEL, 'model.safetensors.index.json': '{}' },
    refused: ['only 1 of 2 parts of model.safetensors are there'],
  },
  {
    name: 'a-missing-part-mlx',
    files: { 'config.json': quantized(4), 'model-00001-of-00002.safetensors': MODEL },
    refused: ['only 1 of 2 parts of model.safetensors are there'],
  },
  {
    name: 'both-formats',
    files: {
      'config.json': config({}),
      'model.safetensors': FLOAT,
      'GGUF/Both-Q4_K_M.gguf': MODEL,
      'GGUF/Both-mmproj-F16.gguf': SMALL,
    },
    gets: ['GGUF/Both-Q4_K_M.gguf', 'GGUF/Both-mmproj-F16.gguf'],
  },
  { name: 'only-a-projector', files: oneOf('mmproj-vl-F16.gguf'), refused: ['mmproj-vl-F16.gguf is a projector'] },
];
