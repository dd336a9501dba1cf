import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleProgram, downloadWithCrashes } from './crash-run.js';
import { killPoints, type KillPlan } from './kill-plan.js';
import { models, smallRun } from './models.js';

let program: string;
let remove: () => Promise<void>;
beforeAll(async () => {
  ({ program, remove } = await bundleProgram());
});
afterAll(() => remove());

const model = models.find(({ sizes }) => Object.keys(sizes).length > 1)!;
const inTheMiddle: KillPlan = { type: 'progress', share: 0.5 };

async function expectToSurvive(kills: readonly KillPlan[]): Promise<void> {
  const result = await downloadWithCrashes({ program, model, ...smallRun, kills });
  expect(result).toMatchObject({ kills: kills.length, end: { state: 'completed' }, wrong: [], left: [], fell: 0 });
}

describe.concurrent('a process that is killed', () => {
  it.each(killPoints(Object.keys(model.sizes).length).map((point) => [point.name, point] as const))(
    '%s leaves what the next one completes',
    async (name, { second }) => {
      const kill: KillPlan = { type: 'point', name };
      await expectToSurvive(second ? [inTheMiddle, kill] : [kill]);
    },
  );

  it('while it hashes what is there leaves what the next one completes', () =>
    expectToSurvive([inTheMiddle, { type: 'rehash' }]));

  it('three times in a row leaves what the fourth completes', () =>
    expectToSurvive([
      { type: 'progress', share: 0.2 },
      { type: 'progress', share: 0.5 },
      { type: 'progress', share: 0.8 },
    ]));
});
