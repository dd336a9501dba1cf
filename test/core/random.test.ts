import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { fractionAt, hashText, hexDigits } from '../../src/core/random.js';

const settings = { seed: 20251003 };

describe('randomness by name', () => {
  test.prop([fc.string(), fc.nat(), fc.integer({ min: 0, max: 24 })], settings)(
    'depends on nothing but what it is asked for',
    (text, index, count) => {
      expect(hashText(text)).toBe(hashText(text));
      expect(fractionAt(hashText(text), index)).toBe(fractionAt(hashText(text), index));
      expect(hexDigits(text, count)).toBe(hexDigits(text, count));
    },
  );

  test.prop([fc.string(), fc.nat(), fc.integer({ min: 0, max: 24 })], settings)(
    'stays in its bounds',
    (text, index, count) => {
      const hash = hashText(text);
      expect(Number.isInteger(hash) && hash >= 0 && hash < 2 ** 32).toBe(true);
      const fraction = fractionAt(hash, index);
      expect(fraction >= 0 && fraction < 1).toBe(true);
      expect(hexDigits(text, count)).toMatch(new RegExp(`^[0-9a-f]{${count}}$`));
    },
  );

  it('spreads evenly, in turn and over neighbouring seeds', () => {
    for (const draw of [(index: number) => fractionAt(7, index), (index: number) => fractionAt(index, 7)]) {
      const tenths = Array.from({ length: 10 }, () => 0);
      for (let index = 0; index < 10_000; index++) tenths[Math.floor(draw(index) * 10)]!++;
      for (const count of tenths) expect(Math.abs(count - 1000)).toBeLessThan(150);
    }
  });

  it.each([
    ['costarring', 'liquid'],
    ['declinate', 'macallums'],
    ['altarage', 'zinke'],
  ])('gives other digits to texts whose hash is one and the same: %s, %s', (one, other) => {
    expect(hashText(one)).toBe(hashText(other));
    expect(hexDigits(one, 10)).not.toBe(hexDigits(other, 10));
  });
});
