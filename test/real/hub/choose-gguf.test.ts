import { describe, expect, it } from 'vitest';
import type { RefusedError } from '../../../src/core/errors.js';
import { chooseGguf, hasGguf } from '../../../src/real/hub/choose-gguf.js';
import type { PlannedFile } from '../../../src/real/plan.js';

function files(...paths: string[]): PlannedFile[] {
  return paths.map((path, index) => ({
    path,
    size: 1000 + index,
    digest: { algorithm: 'sha256', hex: 'a'.repeat(64) },
  }));
}

/** A file for each label, each larger than the one before. */
function labelled(...labels: string[]): PlannedFile[] {
  return files(...labels.map((label) => `m-${label}.gguf`));
}

function refusal(given: readonly PlannedFile[], wanted?: string): RefusedError {
  try {
    chooseGguf(given, wanted, 'it');
  } catch (error) {
    return error as RefusedError;
  }
  throw new Error('It was expected to be refused.');
}

describe('a request without a quantization', () => {
  const usual: [string[], string][] = [
    [['Q8_0', 'Q6_K', 'Q5_K_M', 'MXFP4', 'IQ4_XS', 'Q4_0', 'UD-Q4_K_XL', 'Q4_K_S', 'Q4_K_M'], 'Q4_K_M'],
    [['Q8_0', 'Q6_K', 'Q5_K_M', 'MXFP4', 'IQ4_XS', 'Q4_0', 'UD-Q4_K_XL', 'Q4_K_S'], 'Q4_K_S'],
    [['Q8_0', 'Q6_K', 'Q5_K_M', 'MXFP4', 'IQ4_XS', 'Q4_0', 'UD-Q4_K_XL'], 'UD-Q4_K_XL'],
    [['Q8_0', 'Q6_K', 'Q5_K_M', 'MXFP4', 'IQ4_XS', 'Q4_0'], 'Q4_0'],
    [['Q8_0', 'Q6_K', 'Q5_K_M', 'MXFP4', 'IQ4_XS'], 'IQ4_XS'],
    [['Q8_0', 'Q6_K', 'Q5_K_M', 'MXFP4'], 'MXFP4'],
    [['Q8_0', 'Q5_K_M', 'MXFP4_MOE'], 'MXFP4_MOE'],
    [['Q8_0', 'Q6_K', 'Q5_K_M'], 'Q5_K_M'],
    [['Q8_0', 'Q6_K'], 'Q6_K'],
    [['F16', 'Q8_0'], 'Q8_0'],
    [['i1-Q4_K_S', 'i1-Q4_K_M', 'i1-Q2_K'], 'i1-Q4_K_M'],
    [['Q2_K', 'IQ3_M', 'Q3_K_L', 'Q5_K_S', 'F16'], 'Q3_K_L'],
    [['F16', 'Q5_K_S', 'Q5_1'], 'Q5_K_S'],
    [['F32', 'BF16', 'F16'], 'F16'],
    [['F32', 'BF16'], 'BF16'],
    [['F32'], 'F32'],
  ];
  it.each(usual)('takes, among %j, %s', (labels, label) => {
    expect(chooseGguf(labelled(...labels), undefined, 'it')).toMatchObject({
      label,
      files: [{ path: `m-${label}.gguf` }],
    });
  });

  it('takes the only file that needs no label', () => {
    expect(chooseGguf(files('model.gguf', 'model-F16.gguf'), undefined, 'it')).toEqual({ files: files('model.gguf') });
  });

  it('takes no quantization that lacks a shard while there is another', () => {
    const given = files('m-Q4_K_M-00001-of-00002.gguf', 'm-Q2_K.gguf');
    expect(chooseGguf(given, undefined, 'it').label).toBe('Q2_K');
    expect(refusal(given.slice(0, 1)).message).toContain('only 1 of 2 parts');
    expect(refusal(files('m-Q2_K-00002-of-00002.gguf', 'm-Q2_K-00003-of-00002.gguf')).code).toBe(
      'no_compatible_option',
    );
  });
});

describe('a request for a quantization', () => {
  it('takes exactly that, else the one with another prefix', () => {
    const given = labelled('Q4_K_XL', 'UD-Q4_K_XL', 'UD-Q2_K_XL', 'i1-IQ3_XS', 'fp16');
    const got = ['Q4_K_XL', 'ud-q4_k_xl', 'q2_k_xl', 'IQ3_XS', 'F16', 'FP16'].map(
      (wanted) => chooseGguf(given, wanted, 'it').label,
    );
    expect(got).toEqual(['Q4_K_XL', 'UD-Q4_K_XL', 'UD-Q2_K_XL', 'i1-IQ3_XS', 'F16', 'F16']);
  });

  it('is refused with the quantizations that are there', () => {
    expect(refusal(labelled('Q4_K_M', 'Q8_0'), 'Q4_K')).toMatchObject({
      code: 'no_compatible_option',
      subject: 'it',
      choices: ['Q4_K_M', 'Q8_0'],
      message: 'Cannot find Q4_K in it. The repo has Q4_K_M, Q8_0.',
    });
  });

  it('is refused with the number of shards that are there', () => {
    const error = refusal(files('m-Q8_0-00001-of-00003.gguf', 'm-Q8_0-00003-of-00003.gguf', 'm-Q2_K.gguf'), 'q8_0');
    expect(error).toMatchObject({ code: 'no_compatible_option', choices: ['Q2_K'] });
    expect(error.message).toContain('only 2 of 3 parts');
  });

  it('takes what is in no folder and in one piece, of two files with one name', () => {
    const given = files('old/m-Q8_0.gguf', 'm-Q8_0-00001-of-00002.gguf', 'm-Q8_0-00002-of-00002.gguf', 'm-Q8_0.gguf');
    expect(chooseGguf(given, 'Q8_0', 'it').files.map(({ path }) => path)).toEqual(['m-Q8_0.gguf']);
  });
});

describe('a projector', () => {
  it('comes first, one of them: f16 before bf16 before f32', () => {
    const mmproj = ['mmproj-F32.gguf', 'mmproj-model-bf16.gguf', 'mmproj-m-f16.gguf', 'm.mmproj-Q8_0.gguf'];
    const chosen = (names: string[]) =>
      chooseGguf(files('m-Q4_0.gguf', ...names), undefined, 'it').files.map(({ path }) => path);
    expect(chosen(mmproj)).toEqual(['mmproj-m-f16.gguf', 'm-Q4_0.gguf']);
    expect(chosen(mmproj.slice(0, 2))).toEqual(['mmproj-model-bf16.gguf', 'm-Q4_0.gguf']);
    expect(chosen(mmproj.slice(0, 1))).toEqual(['mmproj-F32.gguf', 'm-Q4_0.gguf']);
    expect(chosen(mmproj.slice(3))).toEqual(['m.mmproj-Q8_0.gguf', 'm-Q4_0.gguf']);
  });

  it('is no model, and neither is what helps to make or to speed up one', () => {
    const others = [
      'mmproj-F16.gguf',
      'm.imatrix.gguf',
      'imatrix-Q4_K_M.gguf',
      'mtp-Q4_K_M.gguf',
      'x/eagle3-Q4_K_M.gguf',
      'README.md',
    ];
    expect(hasGguf(files(...others))).toBe(false);
    expect(hasGguf(files(...others, 'm.gguf'))).toBe(true);
    expect(refusal(files(...others, 'm-Q8_0.gguf'), 'Q4_K_M').choices).toEqual(['Q8_0']);
  });
});
