import * as z from 'zod/mini';
import type { ScenarioChoice } from '../../src/core/simulation.js';
import { scenarioSchema } from '../../src/simulator/scenario-schema.js';
import { scenarioChoiceSchema } from '../../src/simulator/scenario-choice.js';
import { scenarioBody, waitQuery } from '../../src/control/contract/schemas.js';
import { faultStateSchema } from '../../src/control/faults/schema.js';
import { sessionName } from './answers.js';
import { schemaOf } from './schema-of.js';
import { snapshotSchema } from '../../src/control/base/snapshot.js';

/*
 * What the control API takes, where the document can say more than the schemas that it is checked by: those leave the
 * scenarios to the simulator.
 */

const describe = (description: string) => z.meta({ description });

/** A scenario as it may be chosen. */
export const story = z
  .union([z.string(), scenarioSchema, scenarioSchema.shape.steps])
  .check(describe("A scenario's name, a scenario, or its steps."));
export const rule = z.strictObject({
  model: z.string().check(
    z.meta({
      description: 'The identity of a model, with `*` for any text. The first rule that fits counts.',
      examples: ['qwen/*'],
    }),
  ),
  scenario: story,
});
const rules = z.array(rule);

export { scenarioSchema as scenario };
export const scenarioChange = z.extend(scenarioBody, { scenario: z.optional(story), rules: z.optional(rules) });
export const scenarioChoice = z.extend(schemaOf<ScenarioChoice>()(scenarioChoiceSchema), { scenario: story, rules });

export const snapshot = z.extend(snapshotSchema, {
  simulation: snapshotSchema.shape.simulation.check(describe("The simulator's own: to be kept, not to be read.")),
  faults: faultStateSchema,
});

export const wait = z.extend(waitQuery, {
  status: waitQuery.shape.status.check(describe('The state it is to be in.')),
  progress: waitQuery.shape.progress.check(describe('A fraction of the size, 0 to 1.')),
  timeoutMs: waitQuery.shape.timeoutMs.check(describe('Wall time; 30 s by default, 10 min at most.')),
});

/** The parameters of paths, by name. */
export const pathParameters = {
  job: z.string().check(z.meta({ description: "The job's id.", examples: ['job_493c7c9ded'] })),
  fault: z.string().check(z.meta({ description: "The fault's id.", examples: ['fault-1'] })),
  key: z.string().check(
    z.meta({
      description: "The model's key. Its slashes may be sent as they are, or as `%2F`.",
      examples: ['ibm/granite-4-micro'],
    }),
  ),
  session: sessionName,
} satisfies Record<string, z.ZodMiniType>;
