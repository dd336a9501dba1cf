/** A whole percentage that editors offer; any from 0 to 100 can be asked for. */
type Percentage = 10 | 25 | 42 | 50 | 75 | 90 | 99;

/** The test models whose names end with a percentage. */
export type TestModelWithPercentage =
  'steady-from' | 'held-at' | 'stalls-at' | 'fails-at' | 'always-fails-at' | 'pauses-at' | 'rewinds-at';

/** The test models whose names are complete. */
export type PlainTestModel =
  | 'instant'
  | 'steady'
  | 'slow'
  | 'checksum-mismatch'
  | 'disk-full'
  | 'rate-limited'
  | 'finalizes-slowly'
  | 'finalizes-forever'
  | 'already-downloaded'
  | 'not-found'
  | 'no-gguf'
  | 'gated'
  | 'hub-unavailable';

/** The name of a test model, such as `simulate/steady` or `simulate/fails-at-50`; with some of the percentages. */
export type TestModelName = `simulate/${PlainTestModel | `${TestModelWithPercentage}-${Percentage}`}`;

/**
 * The name of a model. Editors complete those of test models; a catalog id such as `ibm/granite-4-micro`, a link to
 * Hugging Face and any other percentage are names too.
 */
export type ModelName = TestModelName | (string & Record<never, never>);
