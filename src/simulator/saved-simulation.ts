import * as z from 'zod/mini';
import type { DownloadRequest } from '../core/engine.js';
import { failureCodes } from '../core/errors.js';
import { describeIssues } from '../core/issues.js';
import type { LoadedInstance } from '../core/shelf.js';
import type { SavedSimulation, ScenarioChoice } from '../core/simulation.js';
import { catalogSchema, type Catalog } from './catalog.js';
import type { SimulatedJob } from './job.js';
import { parseScenario, scenarioSchema } from './scenario.js';
import { scenarioChoiceSchema } from './scenario-choice.js';

const text = z.string();
const count = z.int().check(z.nonnegative());

const request = z.strictObject({
  model: z.discriminatedUnion('source', [
    z.strictObject({ source: z.literal('catalog'), id: text }),
    z.strictObject({ source: z.literal('huggingface'), owner: text, repo: text, url: text }),
  ]),
  quantization: z.optional(text),
});

const intervention = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('pause'), at: z.int() }),
  z.strictObject({ type: z.literal('resume'), at: z.int() }),
  z.strictObject({ type: z.literal('fail'), at: z.int(), code: z.enum(failureCodes), reason: text }),
]);

const job = z.strictObject({
  id: text,
  model: text,
  version: count,
  request,
  totalBytes: count,
  fromBytes: count,
  createdAt: z.int(),
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
  return result.data as SimulationState;
}
