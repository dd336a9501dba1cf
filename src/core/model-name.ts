/**
 * The name of a test model, such as `simulate/steady` or `simulate/fails-at-50`. Editors offer some percentages; any from 0
 * to 100 can be asked for.
 */
export type TestModelName =
  | `simulate/${'instant' | 'steady' | 'slow' | 'checksum-mismatch' | 'disk-full' | 'rate-limited'}`
  | `simulate/${'finalizes-slowly' | 'finalizes-forever' | 'already-downloaded'}`
  | `simulate/${'not-found' | 'no-gguf' | 'gated' | 'hub-unavailable'}`
  | `simulate/${'steady-from' | 'held-at' | 'stalls-at' | 'fails-at' | 'always-fails-at' | 'pauses-at' | 'rewinds-at'}-${10 | 25 | 42 | 50 | 75 | 90 | 99}`;

/**
 * The name of a model. Editors complete those of test models; a catalog id such as `ibm/granite-4-micro`, a link to
 * Hugging Face and any other percentage are names too.
 */
export type ModelName = TestModelName | (string & Record<never, never>);
