import type { Reply } from './walk.js';

/** A request to the control API, and the operation it is for. */
export interface ControlStep {
  /** What it shows, unique in the walk. */
  title: string;
  route: { method: Method; path: string };
  /** Fills the route's template; sent as it is. */
  parameter?: string;
  query?: string;
  body?: unknown;
  /** Sent as it is, in place of `body`. */
  text?: string;
  headers?: Record<string, string>;
  status: number;
  /** Records it as an example for the document, in place of the first of its operation and status. */
  isExample?: boolean;
}

type Method = 'get' | 'post' | 'put' | 'delete';

export interface ControlExchange {
  step: ControlStep;
  reply: Reply;
}

/** The server that the walk calls. */
export interface ControlDoor {
  operate(step: ControlStep): Promise<Reply>;
  /** What a client of LM Studio's routes sends. */
  client(method: string, path: string, body?: unknown): Promise<void>;
}

/** Leads into a world that is `broken`, where every route has a defect, or `real`, where nothing is simulated. */
export const ELSEWHERE_HEADER = 'x-walk-elsewhere';
const ELSEWHERE = (world: 'broken' | 'real') => ({
  headers: { [ELSEWHERE_HEADER]: world, 'x-modeldock-token': WALK_TOKEN },
});
/** The control token of the real world. */
export const WALK_TOKEN = 'walk';

export const JOB = 'job_493c7c9ded';
export const MODEL = 'ibm/granite-4-micro';

/** The routes, with a well-formed request each. */
const wellFormed: Record<string, Pick<ControlStep, 'parameter' | 'query' | 'body'>> = {
  'get /health': {},
  'get /session': {},
  'post /reset': {},
  'get /clock': {},
  'put /clock': { body: { mode: 'frozen' } },
  'post /clock/advance': { body: { until: 'next-transition' } },
  'get /jobs': {},
  'get /jobs/{job}': { parameter: JOB },
  'post /jobs/{job}/pause': { parameter: JOB },
  'post /jobs/{job}/resume': { parameter: JOB },
  'post /jobs/{job}/cancel': { parameter: JOB },
  'post /jobs/{job}/fail': { parameter: JOB, body: { code: 'disk_full' } },
  'get /jobs/{job}/wait': { parameter: JOB },
  'get /jobs/wait': { query: `model=${MODEL}` },
  'get /scenario': {},
  'put /scenario': { body: { scenario: 'steady' } },
  'get /models': {},
  'post /models': { body: { model: MODEL } },
  'delete /models/{key}': { parameter: 'ibm%2Fgranite-4-micro' },
  'post /models/{key}/update': { parameter: 'ibm%2Fgranite-4-micro' },
  'post /jobs': { body: { model: MODEL, quantization: 'Q8_0' } },
  'post /jobs/{job}/move': { parameter: JOB, body: { position: 0 } },
  'put /jobs/{job}/limit': { parameter: JOB, body: { bytesPerSecond: 10_000_000 } },
  'get /bandwidth': {},
  'put /bandwidth': { body: { bytesPerSecond: 10_000_000 } },
  'get /metrics': {},
  'get /faults': {},
  'post /faults': { body: { effect: { type: 'stale', msAgo: 5000 } } },
  'delete /faults': {},
  'delete /faults/{fault}': { parameter: 'fault-1' },
  'get /journal': {},
  'delete /journal': {},
  'get /findings': {},
  'get /report': {},
  'get /settled': {},
  'get /events': {},
  'get /snapshot': {},
  'post /restore': {
    body: {
      ...{ modeldock: 1, engine: 'simulated', seed: 'walk', simulation: {}, faults: { added: 0, faults: [] } },
      clock: { mode: 'frozen', speed: 1, stepMs: 1000, now: 0, latestDecision: null },
      profile: { countersInDownloadAnswer: true, unknownRouteStatus: 200 },
      explainFailures: false,
    },
  },
  'post /fork': { body: {} },
  'get /sessions': {},
  'post /sessions': { body: { session: 'checkout-17' } },
  'delete /sessions/{session}': { parameter: 'checkout-17' },
  'get /openapi.json': {},
  'get /control-openapi.json': {},
};

/** A session from its first moment on, and every refusal of a well-formed request. */
export async function walkSession(door: ControlDoor): Promise<ControlExchange[]> {
  const { exchanges, take } = recorder(door);

  await take('the beginning', 'get /health');
  await take('the clock at first', 'get /clock');
  await take('no sessions but one', 'get /sessions');
  await take('a first snapshot', 'get /snapshot');
  await door.client('POST', '/api/v1/models/download', { model: MODEL });
  await take('127 ms', 'post /clock/advance', { body: { ms: 127 } });
  await take('a job', 'get /jobs/{job}');
  await take('the jobs', 'get /jobs');
  await take('the metrics', 'get /metrics');
  await take('a report', 'get /report');
  await take('no call under way', 'get /settled');
  await take('a wait that is over', 'get /jobs/{job}/wait', { query: 'progress=0' });
  await take('a wait that takes too long', 'get /jobs/{job}/wait', {
    query: 'status=completed&timeoutMs=20',
    status: 408,
  });
  await take('a time that is past', 'put /clock', { body: { now: '2025-10-03T15:33:23.495Z' }, status: 409 });
  await take('a snapshot', 'get /snapshot').then((snapshot) => take('it again', 'post /restore', { body: snapshot }));
  await take('a pause', 'post /jobs/{job}/pause');
  await take('a pause too many', 'post /jobs/{job}/pause', { status: 409 });
  await take('a resume', 'post /jobs/{job}/resume');
  await take('a resume too many', 'post /jobs/{job}/resume', { status: 409 });
  await take('what never comes', 'post /clock/advance', {
    body: { until: { job: JOB, status: 'paused' } },
    status: 409,
  });
  await take('a failure', 'post /jobs/{job}/fail', { body: { code: 'disk_full', reason: 'No space left.' } });
  for (const act of ['fail', 'cancel']) await take(`too late to ${act}`, `post /jobs/{job}/${act}`, { status: 409 });
  await take('a wait for nothing', 'get /jobs/{job}/wait', { query: 'status=completed', status: 409 });

  await take('the scenario', 'get /scenario');
  const fails = {
    steps: [
      { type: 'transfer', bytesPerSecond: 40_000_000, until: 0.5 },
      { type: 'fail', code: 'gated' },
    ],
  };
  await take('rules', 'put /scenario', { body: { rules: [{ model: 'qwen/*', scenario: fails }] } });
  await take('steps alone', 'put /scenario', { body: { scenario: [{ type: 'connect', ms: 5 }] } });
  await take('a name', 'put /scenario', { body: { scenario: 'steady', rules: [] } });

  await take('faults', 'post /faults', {
    body: {
      when: { route: 'models' },
      effect: { type: 'status', status: 503, headers: { 'Retry-After': '2' } },
      times: 1,
    },
  });
  for (const effect of [
    { type: 'latency', ms: 5 },
    { type: 'latency', distribution: 'uniform', minMs: 1, maxMs: 5 },
    { type: 'latency', distribution: 'lognormal', medianMs: 2, sigma: 0.5, maxMs: 5 },
    { type: 'hang', afterApi: true },
    { type: 'truncated', after: 0.5 },
    { type: 'malformed-json', after: { bytes: 10 } },
    { type: 'slow-body', bytesPerSecond: 1000 },
    { type: 'content-type' },
    { type: 'stale', msAgo: 5000 },
    { type: 'network-error' },
  ]) {
    const when = { path: '/no/such', nth: { from: 2 }, chance: 0.5, during: { afterMs: 5, forMs: 10 } };
    await take(`the effect ${JSON.stringify(effect)}`, 'post /faults', { body: { when, effect } });
  }
  await take('a fault of one job', 'post /faults', {
    body: { when: { route: ['status'], job: JOB, nth: [1, 3], method: 'GET' }, effect: { type: 'network-error' } },
  });
  await door.client('GET', '/api/v1/models');
  await take('a fault that takes long', 'post /faults', {
    body: { when: { path: '/slow' }, effect: { type: 'latency', ms: 100 } },
  });
  const slow = door.client('GET', '/slow');
  await take('a call under way', 'get /settled', { query: 'timeoutMs=0', status: 408 });
  await slow;
  await take('what the faults did', 'get /faults');
  await take('one fault less', 'delete /faults/{fault}', { status: 204 });
  await take('no faults', 'delete /faults', { status: 204 });

  await take('a model', 'post /models');
  await take('one model', 'get /models');
  await take('a model with a quantization', 'post /models', {
    body: { model: 'https://huggingface.co/lmstudio-community/Qwen3-8B-GGUF', quantization: 'Q8_0' },
  });
  await take('an embedding model', 'post /models', { body: { model: 'nomic-ai/nomic-embed-text-v1.5' } });
  await take('a model that the hub guards', 'post /models', { body: { model: 'simulate/gated' }, status: 403 });
  await take('a model while the hub is away', 'post /models', {
    body: { model: 'simulate/hub-unavailable' },
    status: 503,
  });
  await take('the models', 'get /models');
  await take('a model less', 'delete /models/{key}', { status: 204 });

  await door.client('GET', `/api/v1/models/download/status/${JOB}`);
  await door.client('GET', '/api/v1/models/download/status/undefined');
  await door.client('GET', '/api/v1/download');
  await door.client('GET', '/api/v1/models?page=2');
  for (let poll = 0; poll < 12; poll++) await door.client('GET', '/api/v1/models/download/status/job_nothing');
  await take('the journal', 'get /journal');
  await take('the findings', 'get /findings');
  await take('an empty journal', 'delete /journal', { status: 204 });
  await take('events', 'get /events');
  await take('the session', 'get /session');

  await take('a fork', 'post /fork', { body: { session: 'checkout-18' } });
  await take('a fork into what is there', 'post /fork', { body: { session: 'checkout-18' }, status: 409 });
  await take('a session', 'post /sessions');
  await take('the sessions', 'get /sessions');
  await take('a session less', 'delete /sessions/{session}', { status: 204 });
  await take('no such session', 'delete /sessions/{session}', { status: 404 });
  await take('the document', 'get /openapi.json');
  await take('this document', 'get /control-openapi.json');

  await door.client('POST', '/api/v1/models/download', { model: 'qwen/qwen3-8b' });
  await door.client('POST', '/api/v1/models/download', { model: 'simulate/disk-full' });
  await door.client('POST', '/api/v1/models/download', { model: 'simulate/rewinds-at-80' });
  await door.client('POST', '/api/v1/models/download', { model: 'simulate/stalls-at-50' });
  await door.client('POST', '/api/v1/models/download', { model: 'simulate/finalizes-forever' });
  await take('a year', 'post /clock/advance', { body: { ms: 365 * 86_400_000 } });
  await take('jobs in every state', 'get /jobs');
  await door.client('POST', '/api/v1/models/download', { model: 'simulate/slow' });
  const jobs = (await take('one to cancel', 'get /jobs')) as { id: string }[];
  await take('a cancel', 'post /jobs/{job}/cancel', { parameter: jobs.at(-1)!.id });

  await take('one held at 42 %', 'post /jobs', { body: { model: 'google/gemma-3-12b', hold: '42%' }, isExample: true });
  await take('one that is there already', 'post /jobs', { body: { model: 'simulate/already-downloaded' } });
  await take('it, to its half', 'post /clock/advance', {
    body: { until: { model: 'google/gemma-3-12b', progress: 0.5 } },
  });
  await take('a moment of what is under way', 'post /jobs', {
    body: { model: 'google/gemma-3-12b', at: 0.9 },
    status: 409,
  });
  await take('a wait for a model', 'get /jobs/wait', { query: 'model=google/gemma-3-12b&progress=0.5' });
  await take('a wait for a model that takes too long', 'get /jobs/wait', {
    query: 'model=nobody/nothing&timeoutMs=20',
    status: 408,
  });
  await take('a model that no client asked for', 'post /clock/advance', {
    body: { until: { model: 'nobody/nothing', progress: 0.5 } },
    status: 404,
  });

  for (const change of [{ mode: 'polls', stepMs: 250 }, { speed: 2 }, { mode: 'frozen' }]) {
    await take(`the clock with ${JSON.stringify(change)}`, 'put /clock', { body: change });
  }

  const nothing = { parameter: 'job_0000000000', status: 404 };
  const ofJobs = Object.keys(wellFormed).filter((each) => each.includes('{job}'));
  for (const route of ofJobs.filter((each) => !downloadRoutes.includes(each))) {
    await take(`no job for ${route}`, route, nothing);
  }
  await take('no such fault', 'delete /faults/{fault}', { parameter: 'fault-99', status: 404 });
  await take('no such model', 'post /models', { body: { model: 'nobody/nothing' }, status: 404 });
  await take('not installed', 'delete /models/{key}', { status: 404 });

  for (const route of Object.keys(wellFormed)) {
    await take(`from elsewhere ${route}`, route, { headers: { origin: 'https://elsewhere.example' }, status: 403 });
    await take(`a defect in ${route}`, route, { ...ELSEWHERE('broken'), status: 500 });
  }
  for (const route of [
    ...['put /clock', 'post /clock/advance', 'get /scenario', 'put /scenario', 'post /models', 'post /faults'],
    ...['post /jobs/{job}/fail', 'get /snapshot', 'post /restore', 'post /fork'],
    ...['post /sessions', 'delete /sessions/{session}'],
  ]) {
    await take(`nothing simulated for ${route}`, route, { ...ELSEWHERE('real'), status: 501 });
  }
  await take('a moment of a real download', 'post /jobs', {
    ...ELSEWHERE('real'),
    body: { model: MODEL, at: 0.5 },
    status: 501,
  });
  for (const route of downloadRoutes) await take(`nothing real for ${route}`, route, { status: 501 });
  await take('the first moment', 'post /reset');
  return exchanges;
}

/** What only an engine that really downloads has. */
const downloadRoutes = [
  ...['post /jobs/{job}/move', 'put /jobs/{job}/limit'],
  ...['get /bandwidth', 'put /bandwidth', 'post /models/{key}/update'],
];

/** Through a world with an engine that really downloads. */
export async function walkDownloads(door: ControlDoor): Promise<ControlExchange[]> {
  const { exchanges, take } = recorder(door);
  const really = (title: string, route: string, more: Partial<ControlStep> = {}): Promise<unknown> =>
    take(title, route, { ...ELSEWHERE('real'), ...more });
  await really('a download', 'post /jobs');
  await really('the same again', 'post /jobs');
  await really('a link', 'post /jobs', { body: { model: 'https://huggingface.co/me/copied' } });
  const queued = (await really('one that waits', 'post /jobs', { body: { model: 'me/one' } })) as { id: string };
  await really('another that waits', 'post /jobs', { body: { model: 'me/two' } });
  await really('a job', 'get /jobs/{job}');
  await really('the jobs', 'get /jobs');
  await really('to the end of the queue', 'post /jobs/{job}/move', { parameter: queued.id, body: { position: 1 } });
  await really('no queue for what runs', 'post /jobs/{job}/move', { status: 409 });
  await really('a limit', 'put /jobs/{job}/limit');
  await really('no limit', 'put /jobs/{job}/limit', { body: { bytesPerSecond: null } });
  await really('a limit of all', 'put /bandwidth');
  await really('that limit', 'get /bandwidth');
  await really('no limit of all', 'put /bandwidth', { body: { bytesPerSecond: null } });
  await really('the metrics', 'get /metrics');
  await really('the one world', 'get /sessions');
  const full = (await really('one too large for the rest of the disk', 'post /jobs', {
    body: { model: 'me/full' },
  })) as { id: string };
  await really('no room to go on', 'post /jobs/{job}/resume', { parameter: full.id, status: 507 });
  for (const act of ['pause', 'resume', 'cancel']) await really(`an order to ${act}`, `post /jobs/{job}/${act}`);
  for (const route of ['post /jobs/{job}/move', 'put /jobs/{job}/limit']) {
    await really(`no such job for ${route}`, route, { parameter: 'job_0000000000', status: 404 });
  }
  await really('what is the newest', 'post /models/{key}/update');
  await really('a model less', 'delete /models/{key}');
  await really('a model that modeldock has not put there', 'delete /models/{key}', {
    parameter: 'me/copied',
    status: 409,
  });
  await really('with force', 'delete /models/{key}', { parameter: 'me/copied', query: 'force=true' });
  await really('nothing to update', 'post /models/{key}/update', { status: 404 });
  await really('nothing to remove', 'delete /models/{key}', { status: 404 });
  await really('no such model', 'post /jobs', { body: { model: 'nobody/nothing' }, status: 404 });
  for (const [code, status] of Object.entries(refusals)) {
    const body = { model: `https://huggingface.co/refused/${code}` };
    await really(`a download that is refused with ${code}`, 'post /jobs', { body, status });
  }
  return exchanges;
}

const refusals = {
  ...{ bad_token: 401, gated_no_token: 403, gated_not_on_list: 403, repo_disabled: 403, missing_or_private: 404 },
  ...{ model_busy: 409, unsafe_path: 422, disk_error: 500, hub_error: 502, redirect_refused: 502, proxy_auth: 502 },
  ...{ hub_unavailable: 503, offline: 503, insufficient_space: 507 },
};

/** What only HTTP answers: nothing has changed. */
export async function walkUnchanged(door: ControlDoor): Promise<ControlExchange[]> {
  const { exchanges, take } = recorder(door);
  await take('the first moment', 'post /reset');
  await door.client('POST', '/api/v1/models/download', { model: MODEL });
  for (const route of Object.keys(wellFormed).filter(
    (each) => each.startsWith('get ') && !['get /events', 'get /bandwidth'].includes(each),
  )) {
    // fetch adds no-cache to a conditional request, unless it says something else about caches.
    const headers = { 'if-none-match': '*', 'cache-control': 'max-age=0' };
    await take(`nothing new in ${route}`, route, { headers, status: 304 });
  }
  return exchanges;
}

/** Every answer to a request that is not as the document says. */
export async function walkMalformed(door: ControlDoor): Promise<ControlExchange[]> {
  const { exchanges, take } = recorder(door);
  for (const [route, { body }] of Object.entries(wellFormed)) {
    if (!route.includes('session') && !route.includes('openapi')) {
      await take(`a name for ${route}`, route, { headers: { 'x-modeldock-session': '' }, status: 400 });
    }
    await take(`a filter for ${route}`, route, { query: 'color=red', status: 400 });
    if (body === undefined) continue;
    await take(`not JSON for ${route}`, route, { text: '{', status: 400 });
    await take(`not an object for ${route}`, route, { text: '[]', status: 400 });
    await take(`a key too many for ${route}`, route, { body: { ...body, priority: 1 }, status: 400 });
    const tooMuch = (route === 'post /restore' ? 8 : 1) * 1024 * 1024;
    await take(`too much to ${route}`, route, { body: { session: 'x'.repeat(tooMuch) }, status: 413 });
    await take(`text for ${route}`, route, { headers: { 'content-type': 'text/plain' }, status: 415 });
  }
  const wrong: [route: string, bodies: object[]][] = [
    ['put /clock', [{ mode: 'backwards' }, { speed: -1 }, { now: 'tomorrow' }]],
    ['post /clock/advance', [{ ms: -1 }, { until: 'tea-time' }, { until: { job: JOB, progress: 2 } }, {}]],
    ['post /jobs/{job}/fail', [{ code: 'bad_luck' }, {}]],
    ['put /scenario', [{ scenario: 'no-such' }, { scenario: { steps: [{ type: 'connect', ms: -1 }] } }, { rules: 7 }]],
    ['post /models', [{ model: 'Not A Name' }, { model: 7 }]],
    ['post /jobs/{job}/move', [{ position: -1 }, {}]],
    ['put /jobs/{job}/limit', [{ bytesPerSecond: 0 }, {}]],
    ['put /bandwidth', [{ bytesPerSecond: 'fast' }]],
    ['post /faults', [{ effect: { type: 'status', status: 42 } }, { effect: { type: 'latency' } }, {}]],
    ['post /restore', [{ modeldock: 2 }, {}]],
    ['post /fork', [{ session: 'a b' }]],
    ['post /sessions', [{ session: 'a b' }, {}]],
  ];
  for (const [route, bodies] of wrong) {
    for (const body of bodies) {
      await take(`${JSON.stringify(body)} to ${route}`, route, { body, status: 400, isExample: true });
    }
  }
  for (const query of ['progress=2', 'status=done', 'timeoutMs=700000']) {
    await take(`a wait for ${query}`, 'get /jobs/{job}/wait', { query, status: 400, isExample: true });
  }
  await take('a wait for no model', 'get /jobs/wait', { query: 'progress=0.5', status: 400, isExample: true });
  await take('no moment', 'post /jobs', { body: { model: MODEL, at: 'tea-time' }, status: 400, isExample: true });
  await take('neither force nor none', 'delete /models/{key}', {
    query: 'force=maybe',
    status: 400,
    isExample: true,
  });
  const body = { model: 'Not A Name' };
  await take('no name of a model', 'post /jobs', { ...ELSEWHERE('real'), body, status: 400, isExample: true });
  await take('events after nothing', 'get /events', {
    query: 'after=yesterday',
    status: 400,
    isExample: true,
  });
  return exchanges;
}

function recorder(door: ControlDoor) {
  const exchanges: ControlExchange[] = [];
  const take = async (title: string, route: string, more: Partial<ControlStep> = {}): Promise<unknown> => {
    const [method, path] = route.split(' ') as [Method, string];
    const operation = { method, path: `/__modeldock${path}` };
    const step: ControlStep = { title, route: operation, status: 200, ...wellFormed[route]!, ...more };
    const reply = await door.operate(step);
    exchanges.push({ step, reply });
    return reply.text.startsWith('{') || reply.text.startsWith('[') ? JSON.parse(reply.text) : undefined;
  };
  return { exchanges, take };
}
