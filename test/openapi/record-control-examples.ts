import type { RecordedExamples } from '../../openapi/lm-studio/recorded-examples.js';
import { addExample } from './add-example.js';
import { JOB, MODEL, walkDownloads, walkMalformed, walkSession, type ControlExchange } from './control-walk.js';
import { createOperatedWorld, openControlDoor } from './control-world.js';
import { framesUntil } from './frames.js';

const BASE = 'http://localhost:1234';
/** Longer lists are cut: an example is to be read. */
const SHOWN_ITEMS = 2;

/** Records the examples of the control API's document from the walk through all of its routes. */
export async function recordControlExamples(): Promise<RecordedExamples> {
  const world = createOperatedWorld();
  const door = openControlDoor(BASE, (request) => world.api.fetch(request));
  const exchanges = [...(await walkSession(door)), ...(await walkDownloads(door)), ...(await walkMalformed(door))];
  world.close();
  const examples: RecordedExamples = {};
  for (const exchange of exchanges.filter(isToBeRecorded(exchanges))) {
    const { step, reply } = exchange;
    add(examples, exchange, `${reply.status}`, shorten(valueOf(reply.text), step.route.path));
  }
  for (const exchange of exchanges.filter(({ step, reply }) => step.body !== undefined && reply.status < 300)) {
    add(examples, exchange, 'body', exchange.step.body);
  }
  examples['get /events']!['200'] = { failed: { summary: 'A job is made to fail', value: await recordEvents() } };
  return examples;
}

/** The exchanges that the walk marks as examples; of an operation and status without any, the first. */
function isToBeRecorded(all: readonly ControlExchange[]): (exchange: ControlExchange) => boolean {
  const seen = new Set<string>();
  const marked = new Set(all.filter(({ step }) => step.isExample === true).map(labelOf));
  return (exchange) => {
    if (exchange.reply.text === '') return false;
    if (exchange.step.isExample === true) return true;
    const label = labelOf(exchange);
    if (marked.has(label) || seen.has(label)) return false;
    seen.add(label);
    return true;
  };
}

function labelOf({ step, reply }: ControlExchange): string {
  return `${step.route.method} ${step.route.path} ${reply.status}`;
}

function add(examples: RecordedExamples, { step }: ControlExchange, part: string, value: unknown): void {
  const key = `${step.route.method} ${step.route.path.replace('/__modeldock', '')}`;
  addExample(examples, key, part, { summary: step.title[0]!.toUpperCase() + step.title.slice(1), value });
}

/** The body of an answer, without what the machine's clock decides. */
function valueOf(text: string): unknown {
  if (!/^[[{]/.test(text)) return text;
  return JSON.parse(text, (key, value: unknown) => {
    if (key === 'wall') return Date.parse('2025-10-03T15:33:23.496Z');
    if (key === 'durationMs') return 1;
    if (key === 'idleMs') return 1200;
    return value;
  });
}

function shorten(value: unknown, path: string): unknown {
  if (path.endsWith('openapi.json')) return { openapi: (value as { openapi: string }).openapi };
  return Array.isArray(value) ? value.slice(0, SHOWN_ITEMS) : value;
}

/** The beginning of a stream, in which a job is made to fail. */
async function recordEvents(): Promise<string> {
  const { api, close } = createOperatedWorld();
  const door = openControlDoor(BASE, (request) => api.fetch(request));
  await door.client('POST', '/api/v1/models/download', { model: MODEL });
  await door.client('POST', '/__modeldock/clock/advance', { ms: 127 });
  const response = await api.fetch(new Request(`${BASE}/__modeldock/events`));
  await door.client('POST', `/__modeldock/jobs/${JOB}/fail`, { code: 'disk_full' });
  const frames = await framesUntil(response, '"failed"');
  close();
  return `${frames.join('\n\n')}\n\n`;
}
