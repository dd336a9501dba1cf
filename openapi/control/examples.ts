import { failureCodes } from '../../src/core/errors.js';
import { installedModel as model, type Examples } from '../lm-studio/examples.js';
import type { FaultStatus } from '../../src/control/faults/fault.js';
import type { Finding } from '../../src/control/findings/finding.js';
import type { JournalEntry } from '../../src/control/journal/entry.js';
import type { ControlErrorCode } from '../../src/control/base/control-error.js';
import type { Advanced, JobReport, SessionStatus } from '../../src/control/contract/dock-control.js';
import type { Fault } from '../../src/control/faults/schema.js';
import type { SessionSnapshot } from '../../src/control/base/snapshot.js';

/*
 * The examples of the control API's document: one session, that of the example on LM Studio's page. A test finds each
 * of them among the answers of a server that is led through the same story.
 */

const JOB = 'job_493c7c9ded';
const { key: MODEL, sizeBytes: SIZE } = model;
const start = Date.parse('2025-10-03T15:33:23.496Z');
const date = (at: number): string => new Date(at).toISOString();

const frozenAt = (now: number) => ({ mode: 'frozen', now, date: date(now) }) as const;
const atFirst: SessionStatus = {
  session: 'default',
  engine: 'simulated',
  clock: frozenAt(start),
  jobs: 0,
  faults: 0,
  journalEntries: 0,
};
const later = start + 127;

const facts = {
  id: JOB,
  model: MODEL,
  totalBytes: SIZE,
  downloadedBytes: 948,
  startedAt: start,
  timeline: [
    { type: 'connect', from: start, to: start + 6, fromBytes: 0, toBytes: 0 },
    { type: 'transfer', from: start + 6, to: 1_759_796_310_773, fromBytes: 0, toBytes: SIZE },
  ],
};
const jobs = {
  downloading: {
    ...facts,
    state: 'downloading',
    bytesPerSecond: 7834.710743801653,
    estimatedCompletion: Date.parse('2025-10-07T00:21:47.030Z'),
  },
  paused: { ...facts, state: 'paused' },
  failed: { ...facts, state: 'failed', code: 'disk_full', reason: 'No space left.', failedAt: later },
} satisfies Record<string, JobReport>;

const fault = {
  when: { route: 'models' },
  effect: { type: 'status', status: 503, headers: { 'Retry-After': '2' } },
  times: 1,
} satisfies Fault;
const addedFault: FaultStatus = { id: 'fault-1', ...fault, addedAt: later, seen: 0, fired: 0, ended: false };

const refused: JournalEntry = {
  id: 2,
  session: 'default',
  at: later,
  wall: Date.parse('2025-11-20T09:12:40.117Z'),
  clock: { mode: 'frozen', speed: 0 },
  method: 'GET',
  path: '/api/v1/models',
  route: 'GET /api/v1/models',
  status: 503,
  durationMs: 1,
  answeredBefore: 3,
  fault: { id: 'fault-1', type: 'status' },
  request: { headers: {} },
  answer: {
    headers: { 'content-type': 'application/json; charset=utf-8', 'retry-after': '2' },
    body: {
      text: JSON.stringify(
        { error: { type: 'internal_error', message: 'Status 503, sent by fault-1 in place of an answer' } },
        null,
        2,
      ),
      bytes: 117,
    },
  },
};

const finding: Finding = {
  id: 'status-of-undefined',
  title: 'The status of a job called “undefined” was asked for: GET /api/v1/models/download/status/undefined',
  entries: [4],
  impact: 'The answer is 404, whatever becomes of the download: a client that polls this way waits for ever.',
  fix:
    'Take job_id from the answer to POST /api/v1/models/download, and do not poll when there is none: ' +
    'already_downloaded and errors come without a job.',
  judged: true,
};

const snapshot: SessionSnapshot = {
  modeldock: 1,
  engine: 'simulated',
  seed: 'walk',
  profile: { countersInDownloadAnswer: true, unknownRouteStatus: 200 },
  explainFailures: false,
  clock: { mode: 'frozen', speed: 1, stepMs: 1000, now: start, latestDecision: null },
  simulation: {
    freeDraw: 0,
    jobIds: [JOB],
    jobs: [],
    added: [],
    gone: [],
    loaded: [],
    choice: { scenario: 'docs-example', rules: [] },
  },
  faults: { added: 0, faults: [] },
};

const halfFails = {
  steps: [
    { type: 'transfer', bytesPerSecond: 40_000_000, until: 0.5 },
    { type: 'fail', code: 'gated' },
  ],
};
const rule = { model: 'qwen/*', scenario: halfFails };

export const requestExamples = {
  clock: {
    running: { summary: 'Twice as fast', value: { speed: 2 } },
    frozen: { summary: 'Only when it is advanced', value: { mode: 'frozen' } },
    polls: { summary: 'A quarter of a second per poll', value: { mode: 'polls', stepMs: 250 } },
    now: { summary: 'Another day', value: { now: '2031-01-01T00:00:00Z' } },
  },
  advance: {
    ms: { summary: 'By a time', value: { ms: 127 } },
    progress: { summary: 'To 63 % of a job', value: { until: { job: JOB, progress: 0.63 } } },
    status: { summary: 'To the end of a job', value: { until: { job: JOB, status: 'completed' } } },
    next_transition: { summary: 'To what happens next', value: { until: 'next-transition' } },
    idle: { summary: 'Until nothing is downloading', value: { until: 'idle' } },
  },
  fail: { disk_full: { summary: 'For want of space', value: { code: 'disk_full', reason: 'No space left.' } } },
  scenario: {
    name: { summary: 'One of the named', value: { scenario: 'steady' } },
    rules: { summary: 'Half a download for some models', value: { rules: [rule] } },
  },
  model: {
    catalog: { summary: 'A model catalog identifier', value: { model: MODEL } },
    link: {
      summary: 'A Hugging Face link, with a quantization',
      value: { model: 'https://huggingface.co/lmstudio-community/Qwen3-8B-GGUF', quantization: 'Q8_0' },
    },
  },
  fault: {
    status: { summary: 'The next list of models is a 503', value: fault },
    truncated: {
      summary: 'Every other status of a job breaks off',
      value: { when: { route: 'status', chance: 0.5 }, effect: { type: 'truncated' } },
    },
    latency: {
      summary: 'Answers come late',
      value: { effect: { type: 'latency', distribution: 'lognormal', medianMs: 200, sigma: 0.5 } },
    },
  },
  fork: { named: { summary: 'Under a name', value: { session: 'checkout-18' } } },
  session: { named: { summary: 'Under a name', value: { session: 'checkout-17' } } },
} satisfies Record<string, Examples>;

export const answerExamples = {
  health: { well: { summary: 'At the first moment', value: { status: 'ok', ...atFirst } } },
  session: { first: { summary: 'At the first moment', value: atFirst } },
  fork: {
    fork: {
      summary: 'With one job, as it was',
      value: { ...atFirst, session: 'checkout-18', clock: frozenAt(later), jobs: 1 },
    },
  },
  clock: { frozen: { summary: 'Frozen', value: frozenAt(start) } },
  advanced: {
    ms: {
      summary: 'Nothing was crossed',
      value: { clock: frozenAt(later), transitions: [] } satisfies Advanced,
    },
  },
  job: {
    downloading: { summary: 'Bytes are moving', value: jobs.downloading },
    paused: { summary: 'An operator has paused it', value: jobs.paused },
    failed: { summary: 'An operator let it fail', value: jobs.failed },
  },
  jobs: { one: { summary: 'One', value: [jobs.downloading] } },
  scenario: {
    rules: { summary: 'With a rule', value: { scenario: 'docs-example', rules: [rule] } },
  },
  model: { catalog: { summary: 'Of the catalog', value: model } },
  models: { one: { summary: 'One', value: [model] } },
  fault: { status: { summary: 'It has changed nothing yet', value: addedFault } },
  faults: {
    ended: { summary: 'It has ended', value: [{ ...addedFault, seen: 1, fired: 1, ended: true }] },
  },
  journal: { refused: { summary: 'A call that a fault answered', value: [refused] } },
  findings: { undefined: { summary: 'Somebody polls a job without a name', value: [finding] } },
  events: {
    failed: {
      summary: 'An operator lets a job fail',
      value:
        ': listening\nid: 0\n\n' +
        `id: 1\nevent: decision\ndata: ${JSON.stringify({
          id: 1,
          type: 'decision',
          at: later,
          decision: { type: 'failed', job: JOB, model: MODEL },
        })}\n\n`,
    },
  },
  snapshot: { first: { summary: 'At the first moment', value: snapshot } },
  sessions: { one: { summary: 'One', value: [{ session: 'default', idleMs: 1200 }] } },
  document: { document: { summary: 'Its beginning', value: { openapi: '3.1.1' } } },
} satisfies Record<string, Examples>;

/** What is said of an input with one wrong value. */
export const input = (wrong: string): string => `Cannot do that with this input:\n  ${wrong}`;
const badName = fails(
  'A name with a space',
  'invalid_request',
  'Cannot use "a b" as a session\'s name: it takes 1 to 64 letters, digits, dots, underscores and hyphens, and cannot be . or ..',
);
const unknownParameter = fails(
  'A filter that there is not',
  'invalid_request',
  input('color: expected no key of this name, found "red"'),
);

export const problemExamples = {
  badCall: { session: badName, query: unknownParameter },
  badQuery: { query: unknownParameter },
  badName: { session: badName },
  forbidden: {
    origin: fails(
      'From a page of another site',
      'forbidden',
      'Cannot operate modeldock from https://elsewhere.example: start it with --cors https://elsewhere.example to allow that.',
    ),
  },
  tooLarge: { too_large: fails('Larger than 1 MiB', 'invalid_request', 'Request body is larger than 1048576 bytes') },
  unsupportedMediaType: {
    text: fails('Sent as text', 'not_allowed', 'Cannot read a body of type text/plain: send application/json.'),
  },
  internal: { internal: fails('A defect', 'internal_error', 'Internal server error') },
  notSimulated: {
    real: fails('Of the real engine', 'unsupported', 'Cannot do that with the real engine: only a simulation can.'),
  },
  notReal: {
    simulated: fails(
      'Of the simulated engine',
      'unsupported',
      'Cannot do that with the simulated engine: it has no queue, no limits and no files. modeldock --engine real has.',
    ),
  },
  cannotBeStale: {
    stale: fails(
      'Of the real engine',
      'unsupported',
      'Cannot add a fault of type stale: this engine does not know what it would have answered some time ago, only a simulation does.',
    ),
  },
  cannotFork: {
    real: fails(
      'Of the real engine',
      'unsupported',
      'Cannot fork the world of the real engine: its files are there once. Only a simulation can be forked.',
    ),
  },
  noSuchJob: { no_job: fails('No such job', 'not_found', 'There is no job job_0000000000 in session default.') },
  noSuchWait: {
    no_job: fails('No such job', 'not_found', 'Cannot wait for job_0000000000: there is no such job.'),
  },
  cannotPause: { paused: wrongState('pause', 'paused', 'downloading') },
  cannotResume: { downloading: wrongState('resume', 'downloading', 'paused') },
  cannotGoOn: {
    full: fails('The disk is full', 'insufficient_space', 'Cannot resume me/full: there is no room for it.'),
  },
  cannotCancel: { failed: wrongState('cancel', 'failed', 'downloading or paused') },
  cannotFail: { failed: wrongState('fail', 'failed', 'downloading or paused') },
  badClock: {
    speed: fails('Backwards', 'invalid_request', input('speed: expected a number above 0, found -1')),
    date: fails('No date', 'invalid_request', 'Cannot set the clock to tomorrow: it is not a date.'),
  },
  timeTravel: {
    past: fails(
      'Before a job was started',
      'time_travel',
      `Cannot set the clock to ${date(start - 1)}: something was decided at ${date(start)}. Set a later time, reset the session, or restore a snapshot.`,
    ),
  },
  badAdvance: {
    backwards: fails('Backwards', 'invalid_request', input('ms: expected a number of at least 0, found -1')),
  },
  never: {
    paused: fails(
      'A job that never pauses',
      'never',
      `Cannot advance until {"job":"${JOB}","status":"paused"}: ${JOB} is complete from 2025-10-07T00:18:30.773Z on.`,
    ),
  },
  badFail: {
    code: fails(
      'No such code',
      'invalid_request',
      input(`code: expected one of ${failureCodes.map((code) => `"${code}"`).join(', ')}, found "bad_luck"`),
    ),
  },
  badWait: {
    progress: fails(
      'Twice as much as there is',
      'invalid_request',
      input('progress: expected a number of at most 1, found 2'),
    ),
  },
  timeout: {
    frozen: fails(
      'On a frozen clock',
      'timeout',
      `Waited 20 ms for completed: ${JOB} is downloading at 0 %. On a frozen clock a wait ends when the clock is advanced.`,
    ),
  },
  neverReached: {
    failed: fails('It has failed', 'never', `Cannot wait for completed: ${JOB} is failed at 0 % for good.`),
  },
  badScenario: {
    phase: fails(
      'A phase that goes back in time',
      'invalid_request',
      'scenario: This scenario cannot be played:\n  steps[0].ms: expected a number of at least 0, found -1',
    ),
  },
  badModel: { name: fails('No name of a model', 'invalid_request', 'Invalid artifact name. Must be in kebab-case') },
  noSuchModel: {
    unknown: fails('Not in the catalog', 'not_found', 'There is no model nobody/nothing in the simulated catalog.'),
  },
  gatedModel: {
    gated: fails('A guarded one', 'gated_no_token', 'The simulated hub refuses simulate/gated: gated_no_token.'),
  },
  noHub: {
    away: fails(
      'Nothing there',
      'hub_unavailable',
      'The simulated hub refuses simulate/hub-unavailable: hub_unavailable.',
    ),
  },
  badFault: {
    status: fails(
      'No status there is',
      'invalid_request',
      'Cannot use this fault:\n  effect.status: expected a number of at least 200, found 42',
    ),
  },
  noSuchFault: {
    none: fails('No such fault', 'not_found', 'Cannot remove the fault fault-99: there are none.'),
  },
  badEvents: {
    after: fails('No number', 'invalid_request', input('after: expected a number, found "yesterday"')),
  },
  badSnapshot: {
    version: fails(
      'Of another version',
      'bad_snapshot',
      'Cannot restore a snapshot of version 2: this modeldock reads version 1. Take a new one.',
    ),
  },
  sessionExists: {
    taken: fails(
      'A name that is taken',
      'session_exists',
      'Cannot fork into checkout-18: there is a session of that name.',
    ),
  },
  noSuchSession: { none: fails('No such session', 'not_found', 'There is no session checkout-17.') },
} satisfies Record<string, Examples>;

/** The example of an answer that says what went wrong. */
export function fails(summary: string, code: ControlErrorCode, message: string) {
  return { summary, value: { error: { code, message } } };
}

function wrongState(act: string, state: string, needed: string) {
  return fails(
    `It is ${state}`,
    'wrong_job_state',
    `Cannot ${act} ${JOB}: it is ${state}, and only a job that is ${needed} can be.`,
  );
}
