import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { matchesModel, matchesPattern } from '../../src/core/text-pattern.js';

const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'A', '*', '.', '/'), maxLength: 10 });
const names = fc.string({ unit: fc.constantFrom('a', 'b', 'B', '.', '/'), maxLength: 14 });

describe('a pattern', () => {
  test.prop([letters, names], { seed: 20251003, numRuns: 5000 })(
    'fits what the same regular expression fits, in either case',
    (pattern, text) => {
      const escaped = pattern.split('*').map((part) => part.replace(/[./]/g, '\\$&'));
      expect(matchesPattern(pattern, text)).toBe(new RegExp(`^${escaped.join('.*')}$`, 'is').test(text));
    },
  );

  it('of many stars is compared with an almost matching text in linear time', () => {
    expect(matchesPattern(`${'*a'.repeat(250)}b`, 'a'.repeat(1_000_000))).toBe(false);
    expect(matchesPattern(`*${'a'.repeat(510)}b`, 'a'.repeat(1_000_000))).toBe(false);
  });
});

describe('a pattern for models', () => {
  it.each([
    ['qwen/*', 'qwen/qwen3-8b', true],
    ['lmstudio-community/Qwen3-8B-GGUF', 'lmstudio-community/qwen3-8b-gguf@q4_k_m', true],
    ['https://huggingface.co/lmstudio-community/Qwen3-8B-GGUF/', 'lmstudio-community/qwen3-8b-gguf@q4_k_m', true],
    ['*@q8_0', 'lmstudio-community/qwen3-8b-gguf@q8_0', true],
    ['*@q8_0', 'lmstudio-community/qwen3-8b-gguf@q4_k_m', false],
    ['qwen/qwen3', 'qwen/qwen3-8b', false],
  ])('%s and %s: %s', (pattern, model, fits) => {
    expect(matchesModel(pattern, model)).toBe(fits);
  });
});
