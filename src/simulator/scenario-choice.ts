import * as z from 'zod/mini';
import type { ScenarioChoice } from '../core/simulation.js';
import { matchesModel } from '../core/text-pattern.js';
import { parseScenario, ScenarioError, type Scenario } from './scenario.js';
import { scenarioNamed } from './scenarios.js';

/** A choice as plain data; the scenarios in it are checked one by one. */
export const scenarioChoiceSchema = z.strictObject({
  scenario: z.unknown(),
  rules: z.array(z.strictObject({ model: z.string(), scenario: z.unknown() })),
});

/** Which story the next job for a model plays. */
export interface ScenarioChooser {
  read(): ScenarioChoice;
  /** What is left out stays. @throws ScenarioError; the choice stays as it was */
  choose(choice: Partial<ScenarioChoice>): ScenarioChoice;
  storyFor(model: string): Scenario;
}

export function createScenarioChooser(initial: ScenarioChoice): ScenarioChooser {
  let choice = initial;
  let stories = resolve(initial);

  return {
    read: () => choice,
    choose: (changes) => {
      const next = { ...choice, ...changes };
      stories = resolve(next);
      choice = next;
      return choice;
    },
    storyFor: (model) => stories.rules.find((rule) => matchesModel(rule.model, model))?.story ?? stories.byDefault,
  };
}

function resolve({ scenario, rules }: ScenarioChoice): {
  byDefault: Scenario;
  rules: { model: string; story: Scenario }[];
} {
  return {
    byDefault: storyOf(scenario, 'scenario'),
    rules: rules.map((rule, index) => ({
      model: rule.model,
      story: storyOf(rule.scenario, `rules[${index}].scenario`),
    })),
  };
}

function storyOf(scenario: unknown, path: string): Scenario {
  try {
    return typeof scenario === 'string' ? scenarioNamed(scenario) : parseScenario(scenario);
  } catch (error) {
    throw new ScenarioError(`${path}: ${(error as Error).message}`, { cause: error });
  }
}
