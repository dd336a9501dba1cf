import { describe, expect, it } from 'vitest';
import { parseRate } from '../../../src/server/engine-options.js';

describe('a rate, as it is typed', () => {
  it.each([
    ['500000', 500_000],
    ['800k', 800_000],
    ['10M', 10_000_000],
    ['10MB/s', 10_000_000],
    ['2.5mb/s', 2_500_000],
    ['5MiB', 5_242_880],
    ['1Gi', 1_073_741_824],
  ])('%s is %i bytes per second', (text, rate) => {
    expect(parseRate(text)).toBe(rate);
  });

  it.each(['', '0', '-1', 'fast', '10 Mbit', '10Mbit/s', '1e9', 'Infinity', '0.1', '10MM'])('is not %j', (text) => {
    expect(() => parseRate(text)).toThrow('Expected bytes per second above 0');
  });
});
