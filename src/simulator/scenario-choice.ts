import * as z from 'zod/mini';
import type { ScenarioChoice } from '../core/simulation.js';
import { LONGEST_PATTERN, matchesModel } from '../core/text-pattern.js';
import { parseScenario, ScenarioError, type Scenario } from './scenario.js';
import { scenarioNamed } from './scenarios.js';

/** A choice as plain data; the scenarios in it are checked one by one. */
export const scenarioChoiceSchema = z.strictObject({
  scenario: z.unknown(),
  rules: z.array(z.strictObject({ model: z.string().check(z.maxLength(LONGEST_PATTERN)), scenario: z.unknown() })),
});

/** A choice, resolved. */
interface ChosenScenarios {
  byDefault: Scenario;
  rules: readonly { model: string; elapsed: Scenario }[];
}

/** Decides the scenario of the next job for a model. */
export class ScenarioChooser {
  #choice: ScenarioChoice;
  #scenarios: ChosenScenarios;

  /** @throws ScenarioError */
  constructor(initial: ScenarioChoice) {
    this.#choice = initial;
    this.#scenarios = resolve(initial);
  }

  read(): ScenarioChoice {
    return this.#choice;
  }

  /** What is left out stays. @throws ScenarioError; the choice stays as it was */
  choose(changes: Partial<ScenarioChoice>): ScenarioChoice {
    const next = { ...this.#choice, ...changes };
    this.#scenarios = resolve(next);
    this.#choice = next;
    return next;
  }

  scenarioFor(model: string): Scenario {
    const { rules, byDefault } = this.#scenarios;
    return rules.find((rule) => matchesModel(rule.model, model))?.elapsed ?? byDefault;
  }
}

function resolve({ scenario, rules }: ScenarioChoice): ChosenScenarios {
  return {
    byDefault: scenarioFrom(scenario, 'scenario'),
    rules: rules.map((rule, index) => ({
      model: rule.model,
      elapsed: scenarioFrom(rule.scenario, `rules[${index}].scenario`),
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
