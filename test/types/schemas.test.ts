import { expect, expectTypeOf, it } from 'vitest';
import type * as z from 'zod/mini';
import type { ModeldockConfig } from '../../src/config/index.js';
import type { ConfigKey, configSchema } from '../../src/config/config-schema.js';
import type { Settings } from '../../src/server/settings.js';
import type { ModelName, TestModelName } from '../../src/core/model-name.js';
import { testModels } from '../../src/simulator/test-models.js';
import { createDock } from '../../src/index.js';
import type { inferred } from '../../src/contract/inferred.js';
import type { HubRefusalCode } from '../../src/contract/hub-refusal-code.js';
import type { routes, DocumentedRoute, RouteName } from '../../src/api/routes.js';
import type { AnswerDates, answerDates, savedClock, SavedClock } from '../../src/control/base/session-clock.js';
import type { SessionSnapshot, snapshotSchema } from '../../src/control/base/snapshot.js';
import type { Fault, FaultState } from '../../src/control/faults/fault.js';
import type { faultSchema, faultStateSchema } from '../../src/control/faults/schema.js';
import type { FindingId, findingIds } from '../../src/control/findings/finding.js';
import type { DownloadPhase, downloadPhases } from '../../src/core/downloader.js';
import type { FailureCode, failureCodes } from '../../src/core/errors.js';
import type { HubRouteName, hubRouteNames } from '../../src/hub/faults/hub-fault.js';
import type { CatalogModel } from '../../src/simulator/catalog.js';
import type { catalogSchema } from '../../src/simulator/catalog-schema.js';
import type { Scenario } from '../../src/simulator/scenario.js';
import type { scenarioSchema } from '../../src/simulator/scenario-schema.js';

/*
 * Public types are written by hand, so that an editor shows their names and comments; the schemas check what comes from
 * outside. The compiler compares the two here, so these tests fail when the tests are compiled, not when they run.
 */

/** Without `readonly`, and with plain text for the names that editors complete: schemas have neither. */
type Writable<T> = [ModelName, T] extends [T, ModelName | undefined]
  ? string | Extract<T, undefined>
  : WritableStructure<T>;

type WritableStructure<T> = T extends object ? { -readonly [Key in keyof T]: Writable<T[Key]> } : T;

it('has public types that are those of the schemas', () => {
  expectTypeOf<Writable<Fault>>().toEqualTypeOf<z.infer<typeof faultSchema>>();
  expectTypeOf<Writable<FaultState>>().toEqualTypeOf<z.infer<typeof faultStateSchema>>();
  expectTypeOf<Writable<Scenario>>().toEqualTypeOf<z.infer<typeof scenarioSchema>>();
  expectTypeOf<Writable<CatalogModel>[]>().toEqualTypeOf<z.infer<typeof catalogSchema>>();
  expectTypeOf<SavedClock>().toEqualTypeOf<z.infer<typeof savedClock>>();
  expectTypeOf<SessionSnapshot>().toEqualTypeOf<z.infer<typeof snapshotSchema>>();
});

it('has a key in the configuration for each flag of serve, and for no other', () => {
  expectTypeOf<ConfigKey>().toEqualTypeOf<Exclude<keyof Settings, 'config' | 'files'>>();
  expectTypeOf<keyof ModeldockConfig>().toEqualTypeOf<ConfigKey | '$schema'>();
  // A catalog in it is the one of catalogSchema, but for the line "$schema".
  type Described = Omit<ModeldockConfig, '$schema' | 'catalog'>;
  type Checked = Omit<z.infer<typeof configSchema>, 'catalog'>;
  const checked: Checked = {};
  const described: Described = checked;
  expectTypeOf(described).toEqualTypeOf<Described>();
});

it('has unions of names that are complete', () => {
  expectTypeOf<FailureCode>().toEqualTypeOf<(typeof failureCodes)[number]>();
  expectTypeOf<DownloadPhase>().toEqualTypeOf<(typeof downloadPhases)[number]>();
  expectTypeOf<FindingId>().toEqualTypeOf<(typeof findingIds)[number]>();
  expectTypeOf<HubRouteName>().toEqualTypeOf<(typeof hubRouteNames)[number]>();
  expectTypeOf<HubRefusalCode>().toEqualTypeOf<keyof typeof inferred.hubRefusals.value>();
  expectTypeOf<AnswerDates>().toEqualTypeOf<(typeof answerDates)[number]>();
  expectTypeOf<RouteName>().toEqualTypeOf<keyof typeof routes>();
  expectTypeOf<DocumentedRoute>().toEqualTypeOf<(typeof routes)[RouteName]>();
});

/** The part of a name after `simulate/`, where it ends without a percentage, and before it where it ends with one. */
type PlainTestModel = {
  [Name in TestModelName]: Name extends `${string}-${10 | 25 | 42 | 50 | 75 | 90 | 99}`
    ? never
    : Name extends `simulate/${infer Rest}`
      ? Rest
      : never;
}[TestModelName];
type TestModelWithPercentage = {
  [Name in TestModelName]: Name extends `simulate/${infer Rest}-42` ? Rest : never;
}[TestModelName];

it('offers the name of each test model, and of no other', async () => {
  const plain = {
    ...{ instant: 1, steady: 1, slow: 1, 'checksum-mismatch': 1, 'disk-full': 1, 'rate-limited': 1, gated: 1 },
    ...{ 'finalizes-slowly': 1, 'finalizes-forever': 1, 'already-downloaded': 1, 'not-found': 1, 'no-gguf': 1 },
    'hub-unavailable': 1,
  } satisfies Record<PlainTestModel, 1>;
  const withPercentage = {
    ...{ 'steady-from': 1, 'held-at': 1, 'stalls-at': 1, 'fails-at': 1, 'always-fails-at': 1, 'pauses-at': 1 },
    'rewinds-at': 1,
  } satisfies Record<TestModelWithPercentage, 1>;
  const offered = [...Object.keys(plain), ...Object.keys(withPercentage).map((name) => `${name}-N`)];
  expect(offered.sort()).toEqual(testModels.map(({ spelling }) => spelling).sort());
  expectTypeOf<'simulate/fails-at-50'>().toExtend<TestModelName>();
  expectTypeOf<'simulate/fails-at'>().not.toExtend<TestModelName>();
  // Any other text is a name as well.
  const name: ModelName = ['ibm', 'granite-4-micro'].join('/');
  expect(await createDock({ scenario: 'instant' }).jobs.start(name)).toMatchObject({ state: 'completed' });
});
