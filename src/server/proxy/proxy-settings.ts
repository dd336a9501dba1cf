import type { ProfileName } from '../../contract/profiles.js';
import type { LogLevel } from '../../config/log-levels.js';

/** The flags of `proxy`, checked. */
export interface ProxyFlags {
  port: number;
  host?: string;
  allowHost?: string[];
  controlToken?: string;
  profile?: ProfileName;
  record?: string;
  logLevel: LogLevel;
  json?: boolean;
}
