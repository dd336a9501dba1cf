import { describe, expect, it } from 'vitest';
import { createSessions, scenarios } from '../../src/index.js';
import { ScenarioError } from '../../src/simulator/scenario.js';
import { resolveChoice, ScenarioChooser } from '../../src/simulator/scenario-choice.js';

describe('the choice of a scenario', () => {
  it('is the first rule whose pattern the model matches, or else the default', () => {
    const chooser = new ScenarioChooser(
      resolveChoice({
        scenario: 'steady',
        rules: [
          { model: 'ibm/*', scenario: 'stalls' },
          { model: '*', scenario: 'instant' },
        ],
      }),
    );
    expect(chooser.scenarioFor('ibm/granite-4-micro')).toEqual(scenarios.stalls);
    expect(chooser.scenarioFor('google/gemma-3-1b')).toEqual(scenarios.instant);

    chooser.choose({ rules: [] });
    expect(chooser.scenarioFor('ibm/granite-4-micro')).toEqual(scenarios.steady);
  });

  it('checks a scenario once, however many sessions play it', async () => {
    let reads = 0;
    const scenario = {
      get steps() {
        reads++;
        return [...scenarios.steady.steps];
      },
    };
    const sessions = createSessions({ scenario });
    const readsAtFirst = reads;
    for (const name of ['one', 'two', 'three']) await sessions.open(name).status();
    expect(readsAtFirst).toBeGreaterThan(0);
    expect(reads).toBe(readsAtFirst);
    sessions.close();
  });

  it('keeps what a change leaves out', () => {
    const rules = [{ model: 'ibm/*', scenario: 'stalls' }];
    const chooser = new ScenarioChooser(resolveChoice({ scenario: 'steady', rules }));
    expect(chooser.choose({ scenario: 'instant' })).toEqual({ scenario: 'instant', rules });
    expect(chooser.read()).toEqual({ scenario: 'instant', rules });
    expect(chooser.scenarioFor('google/gemma-3-1b')).toEqual(scenarios.instant);
  });

  it.each([
    [{ scenario: 'nope' }, /^scenario: .*nope/],
    [
      {
        rules: [
          { model: 'a', scenario: 'steady' },
          { model: 'b', scenario: { steps: 5 } },
        ],
      },
      /^rules\[1\]\.scenario: /,
    ],
  ])('stays as it was when a change is refused: %j', (change, message) => {
    const chooser = new ScenarioChooser(resolveChoice({ scenario: 'steady', rules: [] }));
    const before = chooser.read();

    const refusal = catchError(() => chooser.choose(change));

    expect(refusal).toBeInstanceOf(ScenarioError);
    expect(refusal).toMatchObject({
      message: expect.stringMatching(message) as string,
      cause: expect.any(Error) as Error,
    });
    expect(chooser.read()).toBe(before);
    expect(chooser.scenarioFor('any/model')).toEqual(scenarios.steady);
  });
});

function catchError(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}
