import * as z from 'zod/mini';
import type { DownloadRequest } from '../core/engine.js';
import { MAX_TIME } from '../core/clock.js';
import { failureCodes } from '../core/errors.js';
import { describeIssues } from '../core/issues.js';
import type { LoadedInstance } from '../core/model-library.js';
import type { SavedSimulation, ScenarioChoice } from '../core/simulation.js';
import { catalogSchema, loadDefaultsSchema } from './catalog-schema.js';
import { parseCatalog, type Catalog } from './catalog.js';
import type { SimulatedJob } from './job.js';
import { scenarioSchema } from './scenario-schema.js';
import { parseScenario } from './scenario.js';
import { scenarioChoiceSchema } from './scenario-choice.js';

const text = z.string();
const count = z.int().check(z.nonnegative());
/** The limit leaves room to count on: at the last safe integer a counter would stop increasing. */
const counter = z.int().check(z.nonnegative(), z.maximum(2 ** 50));
const moment = z.int().check(z.nonnegative(), z.maximum(MAX_TIME));

const request = z.strictObject({
  model: z.discriminatedUnion('source', [
    z.strictObject({ source: z.literal('catalog'), id: text }),
    z.strictObject({ source: z.literal('huggingface'), owner: text, repo: text, url: text }),
  ]),
  quantization: z.optional(text),
});

const intervention = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('pause'), at: moment }),
  z.strictObject({ type: z.literal('hold'), at: moment }),
  z.strictObject({ type: z.literal('resume'), at: moment }),
  z.strictObject({ type: z.literal('fail'), at: moment, code: z.enum(failureCodes), reason: text }),
]);

const job = z.strictObject({
  id: text,
  model: text,
  version: counter,
  request,
  totalBytes: count,
  fromBytes: count,
  createdAt: moment,
  seed: z.int(),
  scenario: scenarioSchema,
  interventions: z.optional(z.array(intervention)),
  ahead: z.optional(moment),
  removed: z.optional(z.boolean()),
});

const loadedInstance = z.strictObject({
  id: text,
  modelKey: text,
  type: z.enum(['llm', 'embedding', 'decision']),
  config: z.strictObject({
    contextLength: count,
    parallel: z.optional(count),
    evalBatchSize: z.optional(count),
    flashAttention: z.optional(z.boolean()),
    numExperts: z.optional(count),
    offloadKvCacheToGpu: z.optional(z.boolean()),
    more: z.optional(loadDefaultsSchema),
  }),
  loadTimeMs: z.number(),
});

const savedSchema = z.strictObject({
  /** Draws below this one are used up. */
  freeDraw: counter,
  jobIds: z.array(text),
  /** Reads all records, oldest first. */
  jobs: z.array(job),
  /** Models added to the library without a download. */
  added: z.array(request),
  /** Models installed from the start that have been removed. */
  gone: z.array(text),
  loaded: z.array(loadedInstance),
  choice: scenarioChoiceSchema,
  /** Absent for the default catalog. */
  catalog: z.optional(catalogSchema),
  /** Absent if unknown catalog ids are refused. */
  unknownModels: z.optional(z.literal('imagine')),
});

/** All decisions in a simulation, as plain data. */
export interface SimulationState {
  freeDraw: number;
  jobIds: readonly string[];
  jobs: readonly SimulatedJob[];
  added: readonly DownloadRequest[];
  gone: readonly string[];
  loaded: readonly LoadedInstance[];
  choice: ScenarioChoice;
  catalog?: Catalog;
  unknownModels?: 'imagine';
}

/** @throws Error naming the path of each wrong value */
export function parseSavedSimulation(input: SavedSimulation): SimulationState {
  const result = savedSchema.safeParse(input);
  if (!result.success) throw new Error(`\n${describeIssues(result.error.issues, input, 'the simulation')}`);
  for (const { scenario } of result.data.jobs) parseScenario(scenario);
  if (result.data.catalog) parseCatalog(result.data.catalog);
  return result.data as SimulationState;
}

/**
 * Checks what a schema cannot express: ids are unique, every requested model exists, and no decision is in the future.
 * @throws Error naming the path of the wrong value; RefusedError for a model that cannot be downloaded
 */
export function checkState(
  { jobs, added, freeDraw }: SimulationState,
  now: number,
  find: (request: DownloadRequest) => { model: string },
): void {
  if (freeDraw < jobs.length) throw new Error(`freeDraw: expected at least ${jobs.length}, found ${freeDraw}`);
  const ids = new Set<string>();
  for (const [index, job] of jobs.entries()) {
    const expected = (holds: boolean, key: keyof SimulatedJob, what: string): void => {
      if (!holds) throw new Error(`jobs[${index}].${key}: expected ${what}, found ${JSON.stringify(job[key])}`);
    };
    expected(!ids.has(job.id), 'id', 'another id than that of an earlier job');
    ids.add(job.id);
    const { model: asked } = find(job.request);
    expected(asked === job.model, 'model', `${asked}, as in its request`);
    expected(job.fromBytes <= job.totalBytes, 'fromBytes', `at most the ${job.totalBytes} bytes there are`);
    expected(job.createdAt <= now, 'createdAt', `at most ${now}, the time of the session`);
    const latest = Math.min(now + (job.ahead ?? 0), MAX_TIME);
    const moments = [job.createdAt, ...(job.interventions ?? []).map(({ at }) => at), latest];
    expected(
      isRising(moments),
      'interventions',
      'increasing times, none before the start of the job or after the present',
    );
  }
  added.forEach(find);
}

function isRising(numbers: readonly number[]): boolean {
  return numbers.every((number, index) => index === 0 || number >= numbers[index - 1]!);
}
