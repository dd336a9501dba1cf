import * as z from 'zod/mini';
import type { ScenarioChoice } from '../../src/core/simulation.js';
import { scenarioSchema } from '../../src/simulator/scenario-schema.js';
import { scenarioChoiceSchema } from '../../src/simulator/scenario-choice.js';
import { momentSchema } from '../../src/simulator/moment.js';
import { scenarioBody, settledQuery, startBody, waitForQuery, waitQuery } from '../../src/control/contract/schemas.js';
import { faultStateSchema } from '../../src/control/faults/schema.js';
import { sessionName } from './answers.js';
import { schemaOf } from './schema-of.js';
import { snapshotSchema } from '../../src/control/base/snapshot.js';

/*
 * The inputs of the control API, where the document can say more than the schemas that check them: those leave
 * scenarios to the simulator.
 */

const describe = (description: string) => z.meta({ description });

/** A scenario as callers may choose it. */
export const story = z
  .union([z.string(), scenarioSchema, scenarioSchema.shape.steps])
  .check(describe("A scenario's name, a scenario, or its steps."));
export const rule = z.strictObject({
  model: z.string().check(
    z.meta({
      description: 'The identity of a model, where `*` matches any text. The first matching rule counts.',
      examples: ['qwen/*'],
    }),
  ),
  scenario: story,
});
const rules = z.array(rule);

export { scenarioSchema as scenario };
/** A moment of a download. */
const moment = momentSchema.check(
  z.meta({
    description:
      'A fraction of the size, a text such as `42%`, `stalled` or `failed@50%`, or an object. Where nothing is said of `progress`, it is a half.',
    examples: ['42%', 'failed@50%', { status: 'paused', progress: 0.3, code: 'disk_full' }],
  }),
);
const hold = z
  .record(z.string(), moment)
  .check(
    describe(
      'The moments at which downloads are held from their first answer on, by model, with `*` for any text; the first that fits counts.',
    ),
  );
export const start = z.extend(startBody, {
  at: z.optional(moment.check(describe('It begins there, and goes on. Only in a simulation.'))),
  hold: z.optional(
    moment.check(
      describe('It begins there, and stays until it is resumed or control moves the clock. Only in a simulation.'),
    ),
  ),
});
export const scenarioChange = z.extend(scenarioBody, {
  scenario: z.optional(story),
  rules: z.optional(rules),
  hold: z.optional(hold),
});
export const scenarioChoice = z.extend(schemaOf<ScenarioChoice>()(scenarioChoiceSchema), {
  scenario: story,
  rules,
  hold: z.exactOptional(hold),
});

export const snapshot = z.extend(snapshotSchema, {
  simulation: snapshotSchema.shape.simulation.check(
    describe('Private to the simulator: keep it, but do not interpret it.'),
  ),
  faults: faultStateSchema,
});

export const wait = z.extend(waitQuery, {
  status: waitQuery.shape.status.check(describe('The state to wait for.')),
  progress: waitQuery.shape.progress.check(describe('A fraction of the size, 0 to 1.')),
  timeoutMs: waitQuery.shape.timeoutMs.check(describe('Wall time; 30 s by default, 10 min at most.')),
});

export const waitForModel = z.extend(waitForQuery, {
  model: z.string().check(
    z.meta({
      description: 'As a client asks for it, with `*` for any text; without a quantization, any.',
      examples: ['ibm/granite-4-micro'],
    }),
  ),
  ...wait.shape,
});

export const settled = z.extend(settledQuery, {
  timeoutMs: settledQuery.shape.timeoutMs.check(describe('Wall time; 5 s by default, 10 min at most.')),
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
