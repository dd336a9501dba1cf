export type { FailureCode } from '../core/errors.js';
export type { DownloadMoment, StartMoment } from '../core/simulation.js';
export type { LoadDefaults, ModelType, UnreadField } from '../core/model-library.js';
export type { ProfileName } from '../contract/profiles.js';
export type { AnswerDates } from '../control/base/session-clock.js';
export type { Catalog, CatalogFile, CatalogModel, FileChoice } from '../simulator/catalog.js';
export type { Place, Scenario, ScenarioStep } from '../simulator/scenario.js';
export type { ScenarioName } from '../simulator/scenarios.js';
export type { LogLevel } from './log-levels.js';

import type { ProfileName } from '../contract/profiles.js';
import type { AnswerDates } from '../control/base/session-clock.js';
import type { StartMoment } from '../core/simulation.js';
import type { Catalog, CatalogFile } from '../simulator/catalog.js';
import type { Scenario } from '../simulator/scenario.js';
import type { ScenarioName } from '../simulator/scenarios.js';
import type { LogLevel } from './log-levels.js';

/**
 * The content of `modeldock.config.json`, or what `modeldock.config.js` exports by default: each flag of `modeldock serve`
 * by its name in camelCase. A flag counts more than its environment variable, and that more than this file. Paths are
 * relative to the file.
 * @example
 * const config: ModeldockConfig = { port: 4000, scenario: 'slow', catalog: './catalog.json' };
 */
export interface ModeldockConfig {
  /** The JSON Schema of this file, for editors. */
  $schema?: string | undefined;
  /** Where to listen, 0 to 65535; 0 takes any free port. 1234 by default; `modeldock exec` takes a free one. */
  port?: number | undefined;
  /** Listen on this address only, instead of on 127.0.0.1 and ::1. */
  host?: string | undefined;
  /** Where the bytes come from; `simulated` by default. */
  engine?: 'simulated' | 'real' | undefined;
  /** What every model plays: a name, a file, or a scenario itself; `steady` by default. */
  scenario?: ScenarioName | Scenario | (string & Record<never, never>) | undefined;
  /** Holds downloads from their first answer on, by a pattern of their model: `{ 'qwen/*': 'stalled@99%' }`. */
  hold?: Readonly<Record<string, StartMoment>> | undefined;
  /** How fast simulated time runs, above 0; 1 by default. */
  speed?: number | undefined;
  /** Stops the clock; the control API advances it. */
  frozen?: boolean | undefined;
  /** Decides job ids, wobble and the sizes of unknown repos; `modeldock` by default. */
  seed?: string | undefined;
  /** Which clock the dates in answers are on; `dock`, the simulation's, by default. */
  dates?: AnswerDates | undefined;
  /** The edition of LM Studio to behave like; `documented` by default. */
  profile?: ProfileName | undefined;
  /** Whether the status of a failed job says why it failed, which LM Studio leaves out; `true` with real downloads. */
  explainFailures?: boolean | undefined;
  /** Asks every call for this bearer token. */
  requireToken?: string | undefined;
  /** Lets pages of other origins call: all of them (`true`), or one, as `http://localhost:5173`. */
  cors?: boolean | string | undefined;
  /** Names under which the control API may be asked for, besides localhost. */
  allowHost?: string[] | undefined;
  /** What callers of the control API must send. */
  controlToken?: string | undefined;
  /** The models that can be downloaded in a simulation: a file, or the models themselves. */
  catalog?: Catalog | CatalogFile | string | undefined;
  /** What a catalog id gets that the catalog does not have; `refuse` by default. */
  unknownModels?: 'refuse' | 'imagine' | undefined;
  /** What answers calls on which a model would run: `none`, `canned`, or the URL of a server; `none` by default. */
  inference?: string | undefined;
  /** The bearer token of that server. */
  inferenceToken?: string | undefined;
  /** Begins with the session of a test that failed: a replay token, or a file with one. */
  replay?: string | undefined;
  /** The folders where models are and go; LM Studio's own by default. */
  modelsDir?: string | string[] | undefined;
  /** A folder with model.yaml files of your own, as `<owner>/<name>/model.yaml`. */
  catalogDir?: string | undefined;
  /** The most that all downloads take together: bytes per second, or text such as `10MB/s`. */
  bandwidth?: number | string | undefined;
  /** Takes a quantization with a catalog id, which LM Studio refuses. */
  allowCatalogQuantization?: boolean | undefined;
  /** How many downloads run at a time, from 1; the others wait. */
  jobsAtOnce?: number | undefined;
  /** The file that gets the byte/time trace of each download. */
  record?: string | undefined;
  /** What to log on stderr; `info` by default. */
  logLevel?: LogLevel | undefined;
  /** Prints one line of JSON when listening, and nothing else on stdout. */
  json?: boolean | undefined;
  /** Lets changes of the scenario, the catalog and this file count for new jobs. */
  watch?: boolean | undefined;
}

/**
 * Returns a configuration as it is, for editors: they know its type.
 * @example
 * // modeldock.config.js
 * import { defineConfig } from 'modeldock/config';
 *
 * export default defineConfig({ scenario: 'flaky', speed: 10 });
 */
export function defineConfig(config: ModeldockConfig): ModeldockConfig {
  return config;
}
