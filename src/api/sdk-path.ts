import { plainPath } from './routes.js';

/** The namespaces of LM Studio's SDKs; an SDK opens a WebSocket for each. */
const SDK_PATHS = /^\/(?:llm|embedding|system|repository|diagnostics|files|plugins|runtime)$/;

export function isSdkPath(path: string): boolean {
  return SDK_PATHS.test(plainPath(path));
}
