import { describe, expect, it } from 'vitest';
import { quantizationLabel } from '../../src/core/model-file-kind.js';
import { nominalBits } from '../../src/core/quantization.js';

const labels: Record<string, string | undefined> = {
  'Qwen3-8B-Q4_K_M.gguf': 'Q4_K_M',
  'qwen2.5-7b-instruct-q4_k_m.gguf': 'Q4_K_M',
  'llama-2-7b.Q5_K_S.gguf': 'Q5_K_S',
  'phi_2_Q8_0.gguf': 'Q8_0',
  'Q6_K.gguf': 'Q6_K',
  'a/b/Q6_K_L.gguf': 'Q6_K_L',
  'model-Q4_0_4_4.gguf': 'Q4_0_4_4',
  'model-Q4_0_8_8.gguf': 'Q4_0_8_8',
  'model-Q3_K.gguf': 'Q3_K',
  'model-Q3_K_XL.gguf': 'Q3_K_XL',
  'model-Q8_0_v2.gguf': 'Q8_0',
  'model-Q5_1.gguf': 'Q5_1',
  'model-IQ4_XS.gguf': 'IQ4_XS',
  'model-IQ4_NL.gguf': 'IQ4_NL',
  'model-iq2_xxs.gguf': 'IQ2_XXS',
  'model-IQ1_M.gguf': 'IQ1_M',
  'model-TQ1_0.gguf': 'TQ1_0',
  'model-I2_S.gguf': 'I2_S',
  'gpt-oss-20b-MXFP4.gguf': 'MXFP4',
  'qwen-mxfp4_moe.gguf': 'MXFP4_MOE',
  'gemma-3-1b-it-f16.gguf': 'F16',
  'gemma-3-1b-it-BF16.gguf': 'BF16',
  'ggml-model-fp16.gguf': 'F16',
  'model-F32.gguf': 'F32',
  'Qwen3-8B-UD-Q4_K_XL.gguf': 'UD-Q4_K_XL',
  'qwen3-8b-ud-iq1_s.gguf': 'UD-IQ1_S',
  'Model.i1-Q4_K_M.gguf': 'i1-Q4_K_M',
  'Model.i1-IQ3_XS.gguf': 'i1-IQ3_XS',
  'Model-Q4_K_M-imat.gguf': 'Q4_K_M',
  'Model-F16-to-Q4_K_M.gguf': 'Q4_K_M',
  'BF16/model-00001-of-00002.gguf': 'BF16',
  'UD-Q2_K_XL/DeepSeek-R1-UD-Q2_K_XL-00001-of-00005.gguf': 'UD-Q2_K_XL',
  'Q8_0/inner/model-00001-of-00002.gguf': 'Q8_0',
  'BF16/model-Q4_0.gguf': 'Q4_0',
  'split-Q4_K_M-00002-of-00003.gguf': 'Q4_K_M',
  'model-Q4_K_M.GGUF': 'Q4_K_M',
  'model.gguf': undefined,
  'modelQ4_K_M.gguf': undefined,
  'model-FAQ8.gguf': undefined,
  'model-F16x.gguf': undefined,
  'model-Q8bert.gguf': undefined,
  'model-Q4_K_draft.gguf': 'Q4_K',
  'qwen2.5-7b-1m.gguf': undefined,
  'seq-2-seq.gguf': undefined,
  'GTF16x.gguf': undefined,
};

describe('a quantization label', () => {
  it.each(Object.entries(labels))('in %s is %s', (path, label) => {
    expect(quantizationLabel(path)).toBe(label);
  });

  it('tells its bits', () => {
    const bits = ['Q4_K_M', 'UD-IQ1_S', 'i1-Q6_K', 'MXFP4', 'BF16', 'F32', 'Q4_0_8_8'].map(nominalBits);
    expect(bits).toEqual([4, 1, 6, 4, 16, 32, 4]);
  });
});
