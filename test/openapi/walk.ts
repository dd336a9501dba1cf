import { inferencePaths } from '../suites/inference-paths.js';

/** A request as the walk sends it, and the documented route it is for. */
export interface WalkStep {
  /** What it shows, unique in the walk. */
  title: string;
  /** As the document spells it. */
  route: { method: 'get' | 'post'; path: string };
  /** Fills the route's template. */
  jobId?: string;
  modelKey?: string;
  body?: unknown;
  /** Sent as it is, in place of `body`. */
  text?: string;
  headers?: Record<string, string>;
  status: number;
  /** Records the answer as an example for the document, under this summary, in place of the first of its operation and status. */
  example?: string;
  /** Records the body as an example, under this summary. */
  bodyExample?: string;
}

export interface Reply {
  status: number;
  headers: Headers;
  text: string;
}

/** One step, and what came back. */
export interface Exchange {
  step: WalkStep;
  reply: Reply;
}

/** Where the walk leads through: an api in process, a server, a judge in front of a server. */
export interface Door {
  send(step: WalkStep): Promise<Reply>;
  advance(ms: number): Promise<void>;
}

export const TOKEN = 'sk-lm-walk';
/**
 * Leads into a world that is `broken`, where every route has a defect, `doomed`, where no download ever begins, or `page`, which has
 * the download of LM Studio's page.
 */
export const ELSEWHERE_HEADER = 'x-walk-elsewhere';

const DOWNLOAD = { method: 'post', path: '/api/v1/models/download' } as const;
const STATUS = { method: 'get', path: '/api/v1/models/download/status/{job_id}' } as const;
const MODELS = { method: 'get', path: '/api/v1/models' } as const;
const LOAD = { method: 'post', path: '/api/v1/models/load' } as const;
const UNLOAD = { method: 'post', path: '/api/v1/models/unload' } as const;
const OPENAI_MODELS = { method: 'get', path: '/v1/models' } as const;
const LEGACY_MODELS = { method: 'get', path: '/api/v0/models' } as const;
const LEGACY_MODEL = { method: 'get', path: '/api/v0/models/{model}' } as const;
const INFERENCE = inferencePaths.map((path) => ({ method: 'post', path }) as const);
const GREETING = { method: 'get', path: '/lmstudio-greeting' } as const;

const LINK = 'https://huggingface.co';

/** Downloads, after how many seconds to look at them, and what the last look is an example of. */
const stories: { model: string; quantization?: string; looks: number[]; example?: string; isLasting?: true }[] = [
  { model: 'simulate/steady', looks: [0.05, 1, 5, 20] },
  { model: 'simulate/instant', looks: [0] },
  { model: 'simulate/stalls-at-50', looks: [3, 30], example: 'Nothing moves: speed 0, no estimate', isLasting: true },
  { model: 'simulate/pauses-at-30', looks: [10], example: 'Paused', isLasting: true },
  { model: 'simulate/disk-full', looks: [10] },
  { model: 'simulate/always-fails-at-60', looks: [10], example: 'Given up; asking again starts a new job' },
  { model: 'simulate/checksum-mismatch', looks: [10.5, 20] },
  { model: 'simulate/rewinds-at-80', looks: [7, 9, 30] },
  { model: 'simulate/finalizes-forever', looks: [30] },
  { model: 'simulate/already-downloaded', looks: [] },
  { model: 'ibm/granite-4-micro', looks: [1, 600], example: 'All there, and checked' },
  { model: 'google/gemma-3-1b', looks: [600] },
  { model: 'nomic-ai/nomic-embed-text-v1.5', looks: [600] },
  { model: `${LINK}/lmstudio-community/Qwen3-8B-GGUF`, quantization: 'Q8_0', looks: [600] },
  { model: `${LINK}/somebody/Unheard-Of-7B-GGUF`, looks: [600] },
];

/** Every state a download can be in, and every answer of the other routes to a well-formed request. */
export async function walkStates(door: Door): Promise<Exchange[]> {
  const { exchanges, take } = recorder(door);

  await take({ title: 'greets', route: GREETING, status: 200 });
  await take({ title: 'lists no models', route: MODELS, status: 200 });
  await take({ title: 'lists no models to OpenAI clients', route: OPENAI_MODELS, status: 200 });

  const fromPage = { headers: { [ELSEWHERE_HEADER]: 'page' }, status: 200 };
  const asked = { ...fromPage, route: DOWNLOAD, body: { model: 'ibm/granite-4-micro' } };
  const { job_id: pageJob } = await take({
    ...asked,
    title: "starts the download of LM Studio's page",
    bodyExample: 'A model catalog identifier',
  });
  await door.advance(127);
  const isMoving = { example: 'Bytes are moving' };
  await take({ ...asked, ...isMoving, title: "asks again for the download of LM Studio's page" });
  await take({
    ...fromPage,
    ...isMoving,
    title: "looks at the download of LM Studio's page",
    route: STATUS,
    jobId: String(pageJob),
  });

  for (const { model, quantization, looks, example, isLasting } of stories) {
    const ask = { route: DOWNLOAD, body: { model, ...(quantization && { quantization }) }, status: 200 };
    const { job_id: jobId } = await take({
      ...ask,
      title: `starts ${model}`,
      ...(model.endsWith('already-downloaded') && { example: 'There is nothing to download' }),
      ...(quantization && { bodyExample: 'A Hugging Face link, with a quantization' }),
    });
    for (const [index, seconds] of looks.entries()) {
      const isExample = example !== undefined && index === looks.length - 1;
      await door.advance(seconds * 1000);
      await take({
        title: `looks at ${model} after ${seconds} s`,
        route: STATUS,
        jobId: String(jobId),
        status: 200,
        ...(isExample && { example }),
      });
      await take({
        ...ask,
        title: `asks again for ${model} after ${seconds} s`,
        ...(isExample && isLasting && { example }),
      });
    }
  }

  await take({
    title: 'starts what fails at once',
    route: DOWNLOAD,
    body: { model: 'ibm/granite-4-micro' },
    headers: { [ELSEWHERE_HEADER]: 'doomed' },
    status: 200,
  });

  const { models } = (await take({ title: 'lists what was downloaded', route: MODELS, status: 200 })) as {
    models: { key: string }[];
  };
  await take({ title: 'lists them to older clients', route: LEGACY_MODELS, status: 200 });
  for (const [index, { key }] of models.entries()) {
    const isFirst = index === 0;
    await take({ title: `looks at ${key}`, route: LEGACY_MODEL, modelKey: key, status: 200 });
    const load = { route: LOAD, status: 200 };
    await take({
      ...load,
      title: `loads ${key}`,
      body: { model: key },
      ...(isFirst && { example: 'Loaded', bodyExample: 'As it comes' }),
    });
    await take({
      ...load,
      title: `loads ${key} once more, configured`,
      body: { model: key, context_length: 1024, flash_attention: false, num_experts: 2, echo_load_config: true },
      ...(isFirst && {
        example: 'Loaded, with its configuration',
        bodyExample: 'With a configuration, echoed in the answer',
      }),
    });
  }
  await take({ title: 'lists what is loaded', route: MODELS, status: 200, example: 'Models that are loaded' });
  await take({
    title: 'lists what there is to OpenAI clients',
    route: OPENAI_MODELS,
    status: 200,
    example: 'The same models',
  });
  await take({
    title: 'lists them to older clients',
    route: LEGACY_MODELS,
    status: 200,
    example: 'The same models',
  });
  for (const [index, { key }] of models.entries()) {
    const isFirst = index === 0;
    await take({
      title: `looks at ${key}`,
      route: LEGACY_MODEL,
      modelKey: key,
      status: 200,
      ...(isFirst && { example: 'A model that is loaded' }),
    });
    await take({
      title: `unloads ${key}`,
      route: UNLOAD,
      body: { instance_id: key },
      status: 200,
      ...(isFirst && { bodyExample: 'A loaded instance' }),
    });
  }

  const refusals: [title: string, status: number, model: string, quantization?: string][] = [
    ['a model that does not exist', 404, 'nobody/nothing'],
    ['a repo with nothing to run', 404, `${LINK}/simulate/no-gguf`],
    ['a quantization that the repo lacks', 404, `${LINK}/lmstudio-community/Qwen3-8B-GGUF`, 'Q1_0'],
    ['a gated repo', 403, 'simulate/gated'],
    ['a hub that does not answer', 503, 'simulate/hub-unavailable'],
    ['a catalog identifier with a quantization', 501, 'qwen/qwen3-8b', 'Q8_0'],
    ['a model whose name fills the body', 413, 'x'.repeat(1024 * 1024)],
  ];
  for (const [title, status, model, quantization] of refusals) {
    const body = { model, ...(quantization && { quantization }) };
    await take({ title, route: DOWNLOAD, body, status, example: sentence(title) });
  }
  await take({ title: 'a model that is not there', route: LEGACY_MODEL, modelKey: 'nobody/nothing', status: 404 });
  for (const route of INFERENCE) {
    await take({
      title: `no model for ${route.path}`,
      route,
      body: { model: 'ibm/granite-4-micro', input: 'Hello' },
      status: 501,
      example: 'No model runs here',
      bodyExample: 'A prompt',
    });
  }
  await take({ title: 'a job that does not exist', route: STATUS, jobId: 'job_0000000000', status: 404 });
  for (const [route, body] of [
    [LOAD, { model: 'nobody/nothing' }],
    [UNLOAD, { instance_id: 'nobody/nothing' }],
  ] as const) {
    await take({ title: `nothing to ${route.path}`, route, body, status: 404 });
    await take({ title: `too much to ${route.path}`, route, body: fill(body), status: 413 });
  }

  for (const route of [
    DOWNLOAD,
    STATUS,
    MODELS,
    LOAD,
    UNLOAD,
    OPENAI_MODELS,
    LEGACY_MODELS,
    LEGACY_MODEL,
    ...INFERENCE,
  ]) {
    const body =
      route === UNLOAD ? { instance_id: 'x' } : route.method === 'post' ? { model: 'simulate/instant' } : undefined;
    const call = { route, jobId: 'job_0000000000', modelKey: 'nobody/nothing', ...(body && { body }) };
    await take({
      ...call,
      title: `no token for ${route.path}`,
      headers: { authorization: '' },
      status: 401,
      example: 'No token',
    });
    await take({
      ...call,
      title: `a wrong token for ${route.path}`,
      headers: { authorization: 'Bearer nonsense' },
      status: 401,
      example: 'A token that is not the right one',
    });
    if (INFERENCE.some(({ path }) => path === route.path)) continue; // no engine is behind it
    await take({ ...call, title: `a defect in ${route.path}`, headers: { [ELSEWHERE_HEADER]: 'broken' }, status: 500 });
  }
  return exchanges;
}

/** What only HTTP answers: nothing has changed. */
export async function walkUnchanged(door: Door): Promise<Exchange[]> {
  const { exchanges, take } = recorder(door);
  const { job_id: jobId } = await take({
    title: 'starts a download to look at twice',
    route: DOWNLOAD,
    body: { model: 'simulate/pauses-at-0' },
    status: 200,
  });
  for (const route of [STATUS, MODELS, OPENAI_MODELS, LEGACY_MODELS, GREETING]) {
    await take({
      title: `nothing new in ${route.path}`,
      route,
      jobId: String(jobId),
      // fetch adds no-cache to a conditional request, unless it says something else about caches.
      headers: { 'if-none-match': '*', 'cache-control': 'max-age=0' },
      status: 304,
    });
  }
  return exchanges;
}

/** Every answer to a request that breaks the schema of its body. */
export async function walkMalformed(door: Door): Promise<Exchange[]> {
  const { exchanges, take } = recorder(door);
  for (const route of [DOWNLOAD, LOAD, UNLOAD]) {
    const field = route === UNLOAD ? 'instance_id' : 'model';
    const good = { [field]: 'simulate/instant' };
    const to = `to ${route.path}`;
    const wrong = (what: string, sent: Pick<WalkStep, 'text' | 'body'>) =>
      take({ title: `${what} ${to}`, route, ...sent, status: 400, example: sentence(what) });
    await wrong('not JSON', { text: '{' });
    await wrong('not an object', { text: '[]' });
    await wrong(`no ${field}`, { body: {} });
    await wrong('a number in place of text', { body: { [field]: 7 } });
    await wrong('a field that does not exist', { body: { ...good, priority: 1 } });
    await take({ title: `text ${to}`, route, body: good, headers: { 'content-type': 'text/plain' }, status: 415 });
  }
  for (const model of ['', 'no slash', 'lmstudio-community/x-GGUF', `${LINK}/a/b/blob/main/c.gguf`, 'http://x/y']) {
    const title = `the name '${model}'`;
    await take({ title, route: DOWNLOAD, body: { model }, status: 400, example: sentence(title) });
  }
  await take({
    title: 'half a token of context',
    route: LOAD,
    body: { model: 'simulate/instant', context_length: 0.5 },
    status: 400,
  });
  return exchanges;
}

function sentence(title: string): string {
  return title[0]!.toUpperCase() + title.slice(1);
}

function recorder(door: Door) {
  const exchanges: Exchange[] = [];
  const take = async (step: WalkStep): Promise<Record<string, unknown>> => {
    const reply = await door.send(step);
    exchanges.push({ step, reply });
    return (reply.text === '' ? {} : JSON.parse(reply.text)) as Record<string, unknown>;
  };
  return { exchanges, take };
}

function fill(body: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.keys(body).map((key) => [key, 'x'.repeat(1024 * 1024)]));
}
