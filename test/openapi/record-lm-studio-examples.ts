import type { RecordedExamples } from '../../openapi/lm-studio/recorded-examples.js';
import type { ProfileName } from '../../src/contract/profiles.js';
import { addExample } from './add-example.js';
import { walkMalformed, walkStates, type Exchange } from './walk.js';
import { createWorld, openDoor } from './world.js';

/** Longer lists are cut: an example is to be read. */
const SHOWN_ITEMS = 2;

/** The only operation whose answers differ between the profiles. */
const DOWNLOAD = 'post /api/v1/models/download';

/** Records the examples of LM Studio's routes from the walk through all answers. */
export async function recordLmStudioExamples(): Promise<Record<'documented' | 'lmstudio-0.4', RecordedExamples>> {
  const released = await record('lmstudio-0.4');
  return { documented: await record('documented'), 'lmstudio-0.4': { [DOWNLOAD]: released[DOWNLOAD]! } };
}

async function record(profile: ProfileName): Promise<RecordedExamples> {
  const world = createWorld(profile);
  const door = openDoor('http://localhost:1234', world, (request) => world.api.fetch(request));
  const exchanges = [...(await walkStates(door)), ...(await walkMalformed(door))];
  const examples: RecordedExamples = {};
  const marked = new Set(exchanges.filter(({ step }) => step.example !== undefined).map(labelOf));
  const seen = new Set<string>();
  for (const exchange of exchanges) {
    const { step, reply } = exchange;
    const operation = `${step.route.method} ${step.route.path}`;
    if (step.bodyExample !== undefined)
      addExample(examples, operation, 'body', { summary: step.bodyExample, value: step.body });
    const label = labelOf(exchange);
    const isRecorded = step.example !== undefined || (!marked.has(label) && !seen.has(label));
    seen.add(label);
    if (!isRecorded || reply.text === '') continue;
    const summary = step.example ?? step.title[0]!.toUpperCase() + step.title.slice(1);
    addExample(examples, operation, `${reply.status}`, { summary, value: shorten(JSON.parse(reply.text) as object) });
  }
  return examples;
}

function labelOf({ step, reply }: Exchange): string {
  return `${step.route.method} ${step.route.path} ${reply.status}`;
}

/** Cuts the lists of an answer. */
function shorten(value: object): unknown {
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [name, Array.isArray(field) ? field.slice(0, SHOWN_ITEMS) : field]),
  );
}
