import type { ProfileName } from '../../contract/profiles.js';

/** The flags of `verify`, checked. */
export interface VerifySettings {
  download?: string;
  profile?: ProfileName;
  token?: string;
  dryRun?: boolean;
  json?: boolean;
  junit?: string;
  out?: string;
  note?: string;
  apply?: string;
  /** In ms. */
  poll: number;
  /** In seconds. */
  patience: number;
}
