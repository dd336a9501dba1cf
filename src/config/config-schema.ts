import * as z from 'zod/mini';
import { profileNames } from '../contract/profiles.js';
import { answerDates } from '../control/base/session-clock.js';
import { catalogFileSchema, catalogSchema } from '../simulator/catalog-schema.js';
import { LONGEST_PATTERN } from '../core/text-pattern.js';
import { momentSchema } from '../simulator/moment.js';
import { scenarioSchema } from '../simulator/scenario-schema.js';
import { logLevels } from './log-levels.js';

/*
 * The schema of modeldock.config.json: one key for each flag of `serve`; a test of types compares them. What a text must look like is
 * checked by its flag.
 */

const text = z.string().check(z.minLength(1));
const token = z.string().check(z.regex(/^[\x21-\x7e]+$/, 'visible ASCII without spaces'));
const above = (least: number) => z.int().check(z.minimum(least));

const keys = {
  port: above(0).check(z.maximum(65_535)),
  host: text,
  engine: z.enum(['simulated', 'real']),
  scenario: z.union([text, scenarioSchema]),
  hold: z.record(z.string().check(z.maxLength(LONGEST_PATTERN)), momentSchema),
  speed: z.number().check(z.positive()),
  frozen: z.boolean(),
  seed: z.string(),
  dates: z.enum(answerDates),
  profile: z.enum(profileNames),
  explainFailures: z.boolean(),
  requireToken: token,
  cors: z.union([z.boolean(), text], 'true, false, or an origin'),
  allowHost: z.array(text),
  controlToken: token,
  catalog: z.union([text, catalogSchema, catalogFileSchema]),
  unknownModels: z.enum(['refuse', 'imagine']),
  inference: text,
  inferenceToken: token,
  replay: text,
  modelsDir: z.union([text, z.array(text).check(z.minLength(1))], 'the path of a folder, or a list of them'),
  catalogDir: text,
  bandwidth: z.union([above(1), text], 'bytes per second, or a text such as "10MB/s"'),
  allowCatalogQuantization: z.boolean(),
  jobsAtOnce: above(1),
  record: text,
  logLevel: z.enum(logLevels),
  json: z.boolean(),
  watch: z.boolean(),
} satisfies Record<string, z.ZodMiniType>;

/** A key: a flag in camelCase. */
export type ConfigKey = keyof typeof keys;

/** All keys. */
export const configKeys = Object.keys(keys) as ConfigKey[];

type Optional<Shape extends Record<string, z.ZodMiniType>> = { [Key in keyof Shape]: z.ZodMiniOptional<Shape[Key]> };

/** Describes a configuration with all that may stand in it. */
export const configSchema = z.strictObject(
  Object.fromEntries(Object.entries(keys).map(([key, schema]) => [key, z.optional(schema)])) as Optional<typeof keys>,
);

/** Checks all of a configuration but the scenario and the catalog in it, whose own checks say more. */
export const configShell = z.extend(configSchema, {
  scenario: z.optional(z.unknown()),
  catalog: z.optional(z.unknown()),
});
