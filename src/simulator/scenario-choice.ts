import * as z from 'zod/mini';
import type { DownloadMoment, ScenarioChoice } from '../core/simulation.js';
import { withoutSchemaLine } from '../core/schema-line.js';
import { LONGEST_PATTERN, matchesModel } from '../core/text-pattern.js';
import { momentSchema, parseMoment } from './moment.js';
import { parseScenario, ScenarioError, type Scenario } from './scenario.js';
import { scenarioNamed } from './scenarios.js';

/** A choice as plain data; the scenarios in it are checked separately. */
export const scenarioChoiceSchema = z.strictObject({
  scenario: z.unknown(),
  rules: z.array(z.strictObject({ model: z.string().check(z.maxLength(LONGEST_PATTERN)), scenario: z.unknown() })),
  hold: z.exactOptional(z.record(z.string().check(z.maxLength(LONGEST_PATTERN)), momentSchema)),
});

/** A choice, and the scenarios that it names. They are checked once for all sessions that start with it. */
export interface ResolvedChoice {
  choice: ScenarioChoice;
  byDefault: Scenario;
  rules: readonly { model: string; scenario: Scenario }[];
  held: readonly { model: string; moment: DownloadMoment }[];
}

/** Decides the scenario of the next job for a model. */
export class ScenarioChooser {
  #resolved: ResolvedChoice;

  constructor(initial: ResolvedChoice) {
    this.#resolved = initial;
  }

  read(): ScenarioChoice {
    return this.#resolved.choice;
  }

  /** Changes the choice; fields that are left out stay. @throws ScenarioError; the choice then stays as it was */
  choose(changes: Partial<ScenarioChoice>): ScenarioChoice {
    this.#resolved = resolveChoice({ ...this.read(), ...changes });
    return this.read();
  }

  scenarioFor(model: string): Scenario {
    const { rules, byDefault } = this.#resolved;
    return rules.find((rule) => matchesModel(rule.model, model))?.scenario ?? byDefault;
  }

  /** The moment at which jobs for a model are held from their first answer on. */
  momentFor(model: string): DownloadMoment | undefined {
    return this.#resolved.held.find((each) => matchesModel(each.model, model))?.moment;
  }
}

/**
 * Finds and checks the scenarios of a choice.
 * @param byDefault the scenario of the choice, where `parseScenario` has returned it already
 * @throws ScenarioError with the path of the wrong one
 */
export function resolveChoice(given: ScenarioChoice, byDefault?: Scenario): ResolvedChoice {
  const choice = {
    ...given,
    scenario: withoutSchemaLine(given.scenario),
    rules: given.rules.map((rule) => ({ ...rule, scenario: withoutSchemaLine(rule.scenario) })),
  };
  return {
    choice,
    byDefault: byDefault ?? scenarioFrom(choice.scenario, 'scenario'),
    held: Object.entries(choice.hold ?? {}).map(([model, moment]) => ({
      model,
      moment: parseMoment(moment, `hold[${JSON.stringify(model)}]`),
    })),
    rules: choice.rules.map(({ model, scenario }, index) => ({
      model,
      scenario: scenarioFrom(scenario, `rules[${index}].scenario`),
    })),
  };
}

function scenarioFrom(scenario: unknown, path: string): Scenario {
  try {
    return typeof scenario === 'string' ? scenarioNamed(scenario) : parseScenario(scenario);
  } catch (error) {
    throw new ScenarioError(`${path}: ${(error as Error).message}`, { cause: error });
  }
}
