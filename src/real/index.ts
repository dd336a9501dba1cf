/* Downloads that are fast, verified, and survive everything: see docs/real-downloads.md. */
export { openEngine, type RealEngineOptions } from './engine.js';
export { defaultLimits, type RealLimits } from './limits.js';
export { realClock, type RealClock } from './real-clock.js';
export type { FileLayer } from './file-layer.js';
export type * from '../core/downloader.js';
