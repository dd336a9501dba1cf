import { readHubSettings } from './hub-settings.js';
import { readProxySettings } from './proxy-settings.js';

/** Checks every variable that requests depend on. @throws Error naming an invalid one */
export function checkNetworkSettings(environment: NodeJS.ProcessEnv): void {
  readHubSettings(environment);
  readProxySettings(environment);
}
