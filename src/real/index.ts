/* Downloads that are fast, verified, and survive everything: see docs/real-downloads.md. */
export { createRealDock, type RealDock, type RealDockOptions } from '../create-real-dock.js';
export { openDownloader, type DownloaderOptions } from './open-downloader.js';
export { defaultLimits, type DownloaderLimits } from './limits.js';
export { RefusedError, type RefusalCode } from '../core/errors.js';
export { realClock, type RealClock } from './real-clock.js';
export type { FileLayer } from './file-layer.js';
export type * from '../core/downloader.js';
