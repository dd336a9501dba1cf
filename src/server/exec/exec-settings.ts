import type { Settings } from '../settings.js';

/** Flags of `modeldock exec`, checked. */
export interface ExecSettings extends Settings {
  as?: VariableOfClient[];
  findings: 'fail' | 'print' | 'ignore';
  eachProfile?: boolean;
}

/** An environment variable that tells the client where the server is. */
export interface VariableOfClient {
  name: string;
  /** May contain `{url}`, `{host}` and `{port}`. */
  template: string;
}
