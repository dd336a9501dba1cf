import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fractionAt } from '../../../src/core/random.js';
import { bundleProgram, downloadWithCrashes } from './crash-run.js';
import type { ProgramEnd } from './engine-program.js';
import type { KillPlan } from './kill-plan.js';
import { models, smallRun } from './models.js';

/** `npm run crash` asks for more. */
const CRASHES = Number(process.env.MODELDOCK_CRASHES ?? 20);

let program: string;
let remove: () => Promise<void>;
/** What a process needs that is not killed, by model. */
let whole: ProgramEnd[];
beforeAll(async () => {
  ({ program, remove } = await bundleProgram());
  whole = [];
  for (const model of models) whole.push((await downloadWithCrashes({ program, model, ...smallRun, kills: [] })).end);
});
afterAll(() => remove());

describe.concurrent('a process that is killed at a random moment', () => {
  it.each(Array.from({ length: CRASHES }, (_, seed) => seed))(
    'leaves what the next one completes (seed %i)',
    async (seed) => {
      let drawn = 0;
      const random = (): number => fractionAt(seed, drawn++);
      const choice = seed % models.length;
      const { operations, ms } = whole[choice]!;
      const moment = (): KillPlan =>
        random() < 0.5
          ? { type: 'operation', nth: 1 + Math.floor(random() * operations) }
          : { type: 'time', ms: Math.floor(random() * ms) };
      const kills = random() < 0.25 ? [moment(), moment()] : [moment()];
      const result = await downloadWithCrashes({ program, model: models[choice]!, ...smallRun, kills });
      expect({ moments: kills, ...result }).toMatchObject({
        end: { state: 'completed' },
        wrong: [],
        left: [],
        fell: 0,
      });
    },
  );
});
