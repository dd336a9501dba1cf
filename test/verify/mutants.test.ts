import { describe, expect, it } from 'vitest';
import type { Api } from '../../src/api/api.js';
import type { Answer, Call } from '../../src/api/call.js';
import type { ProfileName } from '../../src/contract/profiles.js';
import { lifeRows } from '../../src/verify/rows/life.js';
import { differing, downloadFromDock, untriedIn, verifyDock } from './verified.js';

type Whole = Exclude<Answer, 'network error'> & { body: string };
type Body = Record<string, unknown>;

/** A server that is modeldock, but for one thing. */
interface Mutant {
  title: string;
  /** Changes an answer. */
  change: (answer: Whole, call: Call) => Answer;
  /** The rows that find it, and no other. */
  finds: readonly string[];
  profile?: ProfileName;
}

const isStart = ({ method, path }: Call): boolean => method === 'POST' && path === '/api/v1/models/download';
const isStatus = ({ path }: Call): boolean => path.includes('/download/status/job_');
const isJob = (call: Call): boolean => isStart(call) || isStatus(call);
const isList = ({ method, path }: Call): boolean => method === 'GET' && path === '/api/v1/models';

/** Changes the JSON of the answers that are chosen, where they are 200. */
function bodies(isChosen: (call: Call) => boolean, change: (body: Body) => unknown): Mutant['change'] {
  return (answer, call) => {
    if (answer.status !== 200 || !isChosen(call)) return answer;
    const changed = change(JSON.parse(answer.body) as Body);
    return { ...answer, body: JSON.stringify(changed, null, 2) };
  };
}

/** Changes the JSON of errors that have an object. */
function errors(change: (error: Body) => unknown): Mutant['change'] {
  return (answer) => {
    if (answer.status < 400 || answer.body === '') return answer;
    const { error } = JSON.parse(answer.body) as { error: Body | string };
    return typeof error === 'string' ? answer : { ...answer, body: JSON.stringify(change(error), null, 2) };
  };
}

function statuses(isChosen: (answer: Whole, call: Call) => boolean, status: number): Mutant['change'] {
  return (answer, call) => (isChosen(answer, call) ? { ...answer, status } : answer);
}

function without(body: Body, name: string): Body {
  const { [name]: _, ...rest } = body;
  return rest;
}

const refusals = [
  ...['missing-model', 'wrong-model-type', 'unknown-key', 'empty-model', 'malformed-name', 'community-name'],
  ...['link-to-file', 'link-to-another-host', 'unknown-model'],
];

const mutants: readonly Mutant[] = [
  {
    title: 'answers 400 for an unknown job',
    change: statuses(({ status }, call) => status === 404 && isStatus(call), 400),
    finds: ['unknown-job'],
  },
  {
    title: 'answers 200 for errors',
    change: (answer, call) =>
      answer.status >= 400 && isJob(call) && call.method !== 'OPTIONS' ? { ...answer, status: 200 } : answer,
    finds: [
      ...refusals,
      ...['catalog-quantization-status', 'wrong-content-type', 'no-content-type', 'unknown-job', 'malformed-json'],
      ...['empty-body', 'body-limit', 'gzip-body', 'unknown-coding'],
    ],
  },
  {
    title: 'answers 201 for a start',
    change: statuses((answer, call) => answer.status === 200 && isStart(call), 201),
    finds: ['start', 'second-start', 'already-downloaded'],
  },
  {
    title: 'leaves the size out of a status',
    change: bodies(isStatus, (body) => without(body, 'total_size_bytes')),
    finds: ['status', 'status-is-of-the-job', 'estimate', 'completed'],
  },
  {
    title: 'leaves the job out of a start',
    change: bodies(isStart, (body) => without(body, 'job_id')),
    finds: ['start', 'job-id', 'already-downloaded'],
  },
  {
    title: 'counts backwards',
    change: bodies(isStatus, (body) =>
      body.status === 'downloading' && Number(body.downloaded_bytes) > 5e8 ? { ...body, downloaded_bytes: 1000 } : body,
    ),
    finds: ['bytes-never-fall', 'estimate'],
  },
  {
    title: 'counts beyond the size',
    change: bodies(isStatus, (body) => ({ ...body, downloaded_bytes: Number(body.downloaded_bytes) + 1 })),
    finds: ['bytes-never-fall', 'completed'],
  },
  {
    title: 'sends JSON as text',
    change: (answer) => ({ ...answer, headers: { ...answer.headers, 'Content-Type': 'text/html; charset=utf-8' } }),
    finds: ['content-type', 'head'],
  },
  {
    title: 'does not know HEAD',
    change: (answer, { method }) => (method === 'HEAD' ? { ...answer, status: 405 } : answer),
    finds: ['head', 'head-of-unknown-route'],
  },
  {
    title: 'breaks the connection on HEAD',
    change: (answer, { method }) => (method === 'HEAD' ? 'network error' : answer),
    finds: ['head', 'head-of-unknown-route'],
  },
  {
    title: 'estimates the past',
    change: bodies(isJob, (body) =>
      body.estimated_completion === undefined ? body : { ...body, estimated_completion: '2020-01-01T00:00:00.000Z' },
    ),
    finds: ['estimate'],
  },
  {
    title: 'estimates the present',
    change: bodies(isJob, (body) =>
      body.estimated_completion === undefined ? body : { ...body, estimated_completion: body.started_at },
    ),
    finds: ['estimate'],
  },
  {
    title: 'estimates without a speed',
    change: bodies(isJob, (body) => (body.status === 'downloading' ? { ...body, bytes_per_second: 0 } : body)),
    finds: ['estimate-needs-speed'],
  },
  {
    title: 'has no estimate',
    change: bodies(isJob, (body) => without(body, 'estimated_completion')),
    finds: ['estimate-needs-speed'],
  },
  {
    title: 'completes without a date',
    change: bodies(isStatus, (body) => without(body, 'completed_at')),
    finds: ['status', 'completed'],
  },
  {
    title: 'completes before it starts',
    change: bodies(isStatus, (body) =>
      body.completed_at === undefined ? body : { ...body, completed_at: '2001-01-01T00:00:00.000Z' },
    ),
    finds: ['completed'],
  },
  {
    title: 'completes with bytes missing',
    change: bodies(isStatus, (body) => (body.status === 'completed' ? { ...body, downloaded_bytes: 999 } : body)),
    finds: ['bytes-never-fall', 'completed'],
  },
  {
    title: 'changes what is completed',
    change: (() => {
      let polls = 0;
      return bodies(isStatus, (body) =>
        body.status === 'completed' && polls++ > 0 ? { ...body, completed_at: '2099-01-01T00:00:00.000Z' } : body,
      );
    })(),
    finds: ['stays-completed'],
  },
  {
    title: 'writes dates without milliseconds',
    change: bodies(isJob, (body) =>
      typeof body.started_at === 'string' ? { ...body, started_at: body.started_at.replace(/\.\d+Z$/, 'Z') } : body,
    ),
    finds: ['start', 'status'],
  },
  {
    title: 'has a text for every error',
    change: errors((error) => ({ error: error.message })),
    finds: [
      ...[
        'legacy-model-unknown',
        'missing-model',
        'wrong-model-type',
        'wrong-model-type-message',
        'unknown-key',
        'empty-model',
      ],
      ...['malformed-name', 'community-name', 'link-to-file', 'link-to-another-host', 'unknown-model'],
      ...['unknown-model-message', 'catalog-quantization', 'wrong-content-type', 'wrong-content-type-message'],
      ...['no-content-type', 'unknown-job', 'malformed-json', 'empty-body', 'body-limit', 'gzip-body'],
      ...['load-unknown-model', 'load-variant', 'load-unknown-key', 'load-wrong-value', 'load-wrong-value-message'],
      ...['unload-without-instance', 'unload-unknown-instance'],
    ],
  },
  {
    title: 'leaves the code out of errors',
    change: errors((error) => ({ error: without(error, 'code') })),
    finds: [
      ...['missing-model', 'wrong-model-type', 'unknown-key', 'link-to-file', 'link-to-another-host', 'malformed-json'],
      ...['empty-body', 'gzip-body', 'load-unknown-key', 'load-wrong-value', 'unload-without-instance'],
    ],
  },
  {
    title: 'spells the status in another case',
    change: bodies(isJob, (body) => ({ ...body, status: String(body.status).toUpperCase() })),
    finds: ['start', 'status'],
  },
  {
    title: 'has a status that is not documented',
    change: bodies(isStatus, (body) => (body.status === 'downloading' ? { ...body, status: 'queued' } : body)),
    finds: ['status'],
  },
  {
    title: 'prints compact JSON',
    change: (answer) => ({ ...answer, body: answer.body === '' ? '' : JSON.stringify(JSON.parse(answer.body)) }),
    finds: ['models-are-pretty', 'openai-models-are-pretty', 'legacy-models-are-pretty', 'errors-are-pretty'],
  },
  {
    title: 'has no list of /v1',
    change: statuses((_, { path }) => path === '/v1/models', 404),
    finds: ['openai-models'],
  },
  {
    title: 'lists models in a bare array',
    change: bodies(isList, ({ models }) => models),
    finds: ['models', 'listed-afterwards'],
  },
  {
    title: 'does not list what it has downloaded',
    change: bodies(isList, () => ({ models: [] })),
    finds: ['listed-afterwards'],
  },
  {
    title: 'makes a new job for each start',
    change: (() => {
      let starts = 0;
      return bodies(isStart, (body) =>
        body.job_id === undefined ? body : { ...body, job_id: `job_${String(++starts).padStart(10, '0')}` },
      );
    })(),
    finds: ['status', 'status-is-of-the-job'],
  },
  {
    title: 'starts again what is there already',
    change: bodies(isStart, (body) =>
      body.status === 'already_downloaded' ? { status: 'completed', job_id: 'job_0000000001' } : body,
    ),
    finds: ['already-downloaded'],
  },
  {
    title: 'answers 404 for unknown routes elsewhere',
    change: statuses(({ body }, { path }) => body.includes('Unexpected endpoint') && path === '/no-such-route', 404),
    finds: ['unknown-route-elsewhere'],
  },
  {
    title: 'leaves the counters out of a start, against the profile',
    change: bodies(isStart, (body) => without(without(body, 'downloaded_bytes'), 'bytes_per_second')),
    finds: ['start'],
  },
  {
    title: 'sends the counters in a start, against the profile',
    change: (answer) => answer,
    finds: ['start'],
    profile: 'lmstudio-0.4',
  },
];

const ofDownloads = new Set(lifeRows.map(({ id }) => id));

describe('a server that is wrong in one way', () => {
  it.each(mutants)('is found where it $title', async ({ change, finds, profile = 'documented' }) => {
    const wrap = (api: Api): Api => changed(api, change);
    // Most are found by a download alone, or without one.
    const results = [
      ...(finds.every((id) => ofDownloads.has(id))
        ? []
        : (await verifyDock({}, { profile, download: undefined }, wrap)).rows),
      ...(finds.some((id) => ofDownloads.has(id)) ? await downloadFromDock(profile, wrap) : []),
    ];
    expect(differing({ rows: results })).toEqual(finds);
    for (const row of results.filter(({ outcome }) => outcome === 'differs')) {
      expect(row.differences!.length, row.id).toBeGreaterThan(0);
      expect(row.expected, row.id).toBeTruthy();
      expect(row.found, row.id).toBeDefined();
    }
  });

  it('has the rows that it makes pointless reported as not tried', async () => {
    const upper = bodies(isJob, (body) => ({ ...body, status: String(body.status).toUpperCase() }));
    const verified = await verifyDock({}, {}, (api) => changed(api, upper));
    expect(untriedIn(verified)).toMatchObject({ completed: 'the download ended as DOWNLOADING' });
  });
});

function changed(api: Api, change: Mutant['change']): Api {
  return {
    ...api,
    answer: async (call) => {
      const answer = await api.answer(call);
      if (answer === 'network error' || typeof answer.body !== 'string' || call.path.startsWith('/__modeldock'))
        return answer;
      return change(answer as Whole, call);
    },
  };
}
