import { readHubSettings } from './hub-settings.js';
import { readProxySettings } from './proxy-settings.js';

/** Checks every variable that requests depend on. @throws Error naming one that cannot be used */
export function checkNetworkSettings(environment: NodeJS.ProcessEnv): void {
  readHubSettings(environment);
  readProxySettings(environment);
}
