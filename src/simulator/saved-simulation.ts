import * as z from 'zod/mini';
import { MAX_TIME } from '../core/clock.js';
import type { DownloadRequest } from '../core/engine.js';
import { failureCodes } from '../core/errors.js';
import { describeIssues } from '../core/issues.js';
import type { LoadedInstance } from '../core/shelf.js';
import type { SavedSimulation, ScenarioChoice } from '../core/simulation.js';
import { catalogSchema, parseCatalog, type Catalog } from './catalog.js';
import type { SimulatedJob } from './job.js';
import { parseScenario, scenarioSchema } from './scenario.js';
import { scenarioChoiceSchema } from './scenario-choice.js';

const text = z.string();
const count = z.int().check(z.nonnegative());
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
  z.strictObject({ type: z.literal('resume'), at: moment }),
  z.strictObject({ type: z.literal('fail'), at: moment, code: z.enum(failureCodes), reason: text }),
]);

const job = z.strictObject({
  id: text,
  model: text,
  version: count,
  request,
  totalBytes: count,
  fromBytes: count,
  createdAt: moment,
  seed: z.int(),
  scenario: scenarioSchema,
  interventions: z.optional(z.array(intervention)),
  ahead: z.optional(count),
  removed: z.optional(z.boolean()),
});

const loadedInstance = z.strictObject({
  id: text,
  modelKey: text,
  type: z.enum(['llm', 'embedding']),
  config: z.strictObject({
    contextLength: count,
    parallel: count,
    evalBatchSize: z.optional(count),
    flashAttention: z.optional(z.boolean()),
    numExperts: z.optional(count),
    offloadKvCacheToGpu: z.optional(z.boolean()),
  }),
  loadTimeMs: z.number(),
});

const savedSchema = z.strictObject({
  /** Draws below this one are used up. */
  freeDraw: count,
  jobIds: z.array(text),
  /** Oldest first. */
  jobs: z.array(job),
  /** Put on the shelf without a download. */
  added: z.array(request),
  /** Models of the catalog's own that were taken off the shelf. */
  gone: z.array(text),
  loaded: z.array(loadedInstance),
  choice: scenarioChoiceSchema,
  /** Absent where it is the one that comes with the package. */
  catalog: z.optional(catalogSchema),
});

/** Everything that was decided in a simulation, as plain data. */
export interface SimulationState {
  freeDraw: number;
  jobIds: readonly string[];
  jobs: readonly SimulatedJob[];
  added: readonly DownloadRequest[];
  gone: readonly string[];
  loaded: readonly LoadedInstance[];
  choice: ScenarioChoice;
  catalog?: Catalog;
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
 * What no schema can say: ids are used once, and everything that was asked for is there to be had.
 * @throws Error naming the path of the wrong value; RefusedError for what cannot be had
 */
export function checkSavedRequests(
  { jobs, added }: SimulationState,
  find: (request: DownloadRequest) => { model: string },
): void {
  const ids = new Set<string>();
  for (const [index, { id, model, request }] of jobs.entries()) {
    if (ids.has(id)) throw new Error(`jobs[${index}].id: expected another id than ${id}, which an earlier job has`);
    ids.add(id);
    const { model: asked } = find(request);
    if (asked !== model)
      throw new Error(`jobs[${index}].model: expected ${asked}, which was asked for, found ${model}`);
  }
  added.forEach(find);
}
