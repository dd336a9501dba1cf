export { modeldock, type ModeldockPluginOptions } from './plugin.js';
export type { CallLog } from './log-calls.js';
