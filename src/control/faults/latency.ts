import { fractionAt } from '../../core/random.js';
import { LONGEST_TIMER_MS } from '../../core/wall-timer.js';
import type { LatencyEffect } from './fault.js';

/** Draws how long a call waits, in whole milliseconds; it depends only on the seed and the number of the call. */
export function drawLatency(effect: LatencyEffect, seed: number, callNumber: number): number {
  switch (effect.distribution) {
    case undefined:
    case 'fixed':
      return effect.ms;
    case 'uniform':
      return effect.minMs + Math.floor(fractionAt(seed, callNumber) * (effect.maxMs - effect.minMs + 1));
    case 'lognormal': {
      const wait = effect.medianMs * Math.exp(effect.sigma * normalAt(seed, callNumber));
      return Math.round(Math.min(wait, effect.maxMs ?? LONGEST_TIMER_MS));
    }
  }
}

/** Draws a number of the standard normal distribution (Box and Muller's transform of two uniform ones). */
function normalAt(seed: number, index: number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - fractionAt(seed, 2 * index)));
  return radius * Math.cos(2 * Math.PI * fractionAt(seed, 2 * index + 1));
}
