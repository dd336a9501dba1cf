import * as z from 'zod/mini';
import type { controlRoutes } from '../../src/control/contract/dock-control.js';
import { eventsQuery } from '../../src/control/contract/schemas.js';
import * as schemas from './answers.js';
import { scenarioChange, scenarioChoice, settled, snapshot, start, wait, waitForModel } from './inputs.js';
import { noSuchJob, type Description } from './operation.js';
import * as records from './records.js';

const session = { description: 'The state of the session.', schema: schemas.sessionStatus };
const clock = { description: 'The state of the clock.', schema: schemas.clockStatus };
const job = { description: 'The state of the job.', schema: schemas.jobReport };
const choice = { description: 'The scenarios of new jobs.', schema: scenarioChoice };
const jobRefusals = {
  '404': noSuchJob,
  '409': '`wrong_job_state`: the job is not in a state that allows this.',
} as const;

const started = {
  description: 'The state of the job, or that the model is already downloaded.',
  schema: z.union([schemas.jobReport, schemas.alreadyDownloaded]),
};

/** The errors of the hub and the disk, as on LM Studio's routes. */
const startRefusals = {
  '401': '`bad_token`: the hub does not know the token.',
  '403':
    '`forbidden`: a call from a page of another site, under a host name of another machine, or without the control token. `gated_no_token`, `gated_not_on_list`, `repo_disabled`: the hub does not allow the download.',
  '404':
    '`not_found`: there is no such model, or no such quantization of it. `missing_or_private`: the hub shows no such repo.',
  '409': '`model_busy`: another process downloads it.',
  '422': '`unsafe_path`: a name in the repo is unsafe as a path.',
  '500': '`internal_error`: a defect of modeldock. `disk_error`: the models folder cannot be written.',
  '502':
    '`hub_error`, `redirect_refused`, `proxy_auth`: the server that answers is not the hub, or its answer is unusable.',
  '503': '`hub_unavailable`, with `Retry-After`; `offline`: the hub must not be called.',
  '507': '`insufficient_space`: it does not fit on the disk.',
} as const;

/** The start of a download, which both engines have. */
export const startDownload: Description = {
  id: 'startDownload',
  tag: 'Jobs',
  summary: 'Start a download',
  description:
    'As a client would, without a call in the journal. A simulated one may begin at a moment of its scenario (`at`), or be held at one (`hold`). A real one may have a quantization with a model catalog identifier. What the hub or the disk refuses has the status and the code that a client gets.',
  input: start,
  answer: started,
  problems: {
    ...startRefusals,
    '400': '`invalid_request`: not the name of a model, or no moment of a download.',
    '409':
      '`wrong_job_state`: it is under way, and was to begin at a moment. `model_busy`: another process downloads it.',
    '501': '`unsupported`: a moment, where downloads are real.',
  },
};

/** The descriptions of a session's routes in the document. */
export const controlDescriptions: Record<keyof typeof controlRoutes, Description> = {
  health: {
    id: 'getHealth',
    tag: 'Session',
    summary: 'Check that the server is running',
    description: 'Also returns the state of the session. Call it first, until it answers.',
    answer: { description: 'It is.', schema: schemas.health },
  },
  status: {
    id: 'getSession',
    tag: 'Session',
    summary: 'Read the state of the session',
    description: 'Changes nothing.',
    answer: session,
  },
  reset: {
    id: 'resetSession',
    tag: 'Session',
    summary: 'Reset the session to its initial state',
    description:
      'No jobs, no loaded models, no faults, an empty journal, the initial time. Hanging calls and waits end. Real downloads and models stay: there only the faults and the journal are removed.',
    answer: session,
  },
  'clock.get': {
    id: 'getClock',
    tag: 'Clock',
    summary: 'Read the clock',
    description:
      'It runs by itself (`running`), stands still until it is advanced (`frozen`), or advances a job by one step each time it is polled (`polls`).',
    answer: clock,
  },
  'clock.set': {
    id: 'setClock',
    tag: 'Clock',
    summary: 'Set the clock',
    description:
      'Fields that are left out stay. `now` takes milliseconds since the epoch or a date. Without a `mode`, `speed` means `running` and `stepMs` means `polls`. `dates` chooses the clock of the dates in answers to clients.',
    answer: clock,
    problems: {
      '400': '`invalid_request`: a value is invalid; the message has its path.',
      '409': "`time_travel`: the time is before the session's latest decision.",
    },
    simulated: true,
  },
  'clock.advance': {
    id: 'advanceClock',
    tag: 'Clock',
    summary: 'Advance the clock',
    description:
      'By `ms`, or to the first millisecond at which a condition holds: a job has so much `progress`, so many `bytes` or a `status`; the `next-transition` of any job; or `idle`, nothing is downloading. In place of a job a condition may name a `model`, whose latest download is meant. A job that is held at a moment goes on. Answers when the new state holds.',
    answer: { description: 'The clock, and the transitions that were passed.', schema: schemas.advanced },
    problems: {
      '400': '`invalid_request`: neither milliseconds nor a condition.',
      '404': '`not_found`: there is no such job, or no download of that model yet.',
      '409': '`never`: the condition can never hold. The clock has not moved.',
    },
    simulated: true,
  },
  'jobs.list': {
    id: 'listJobs',
    tag: 'Jobs',
    summary: 'List the downloads',
    description: 'Oldest first. Reading a job never advances it, in any mode of the clock.',
    answer: { description: 'All of them.', schema: z.array(schemas.jobReport) },
  },
  'jobs.start': startDownload,
  'jobs.waitFor': {
    id: 'waitForModel',
    tag: 'Jobs',
    summary: 'Wait for a download of a model',
    description:
      'Answers when the latest download of the model, which may begin only later, has the `status` and the `progress` asked for. When one fails and the client asks again, the new one counts.',
    input: waitForModel,
    answer: job,
    problems: {
      '400': '`invalid_request`: a parameter is invalid.',
      '408': '`timeout`: no download of it is there yet, or has come so far. Ask again to continue waiting.',
    },
  },
  'jobs.get': {
    id: 'getJob',
    tag: 'Jobs',
    summary: 'Read the state of a download',
    description: 'With what will happen to it, and why it paused or failed.',
    answer: job,
    problems: { '404': noSuchJob },
  },
  'jobs.pause': {
    id: 'pauseJob',
    tag: 'Jobs',
    summary: 'Pause a download',
    description: 'Until it is resumed.',
    answer: job,
    problems: jobRefusals,
  },
  'jobs.resume': {
    id: 'resumeJob',
    tag: 'Jobs',
    summary: 'Resume a download',
    description: 'Also one that has paused by itself, or is held at a moment.',
    answer: job,
    problems: { ...jobRefusals, '507': '`insufficient_space`: the missing bytes do not fit on the disk.' },
  },
  'jobs.cancel': {
    id: 'cancelJob',
    tag: 'Jobs',
    summary: 'Cancel a download',
    description: 'It ends as `failed`, with the code `cancelled`, and loses its bytes.',
    answer: job,
    problems: jobRefusals,
  },
  'jobs.fail': {
    id: 'failJob',
    tag: 'Jobs',
    summary: 'Make a download fail',
    description:
      'It fails now, with the bytes that it has. A client that asks again gets a job that continues from them.',
    answer: job,
    problems: { '400': '`invalid_request`: the code does not exist.', ...jobRefusals },
    simulated: true,
  },
  'jobs.wait': {
    id: 'waitForJob',
    tag: 'Jobs',
    summary: 'Wait for a download',
    description:
      'Answers when the job has the given `status` and `progress`; at once if neither is given. On a frozen clock only an advance brings it there.',
    input: wait,
    answer: job,
    problems: {
      '400': '`invalid_request`: a parameter is invalid.',
      '404': '`not_found`: there is no such job.',
      '408': '`timeout`: the job has not reached it yet. Call again to continue waiting.',
      '409': '`never`: the job has ended in another state.',
    },
  },
  'scenario.get': {
    id: 'getScenario',
    tag: 'Simulation',
    summary: 'Read the scenarios of new jobs',
    description: 'The first rule whose pattern matches the model counts, else the scenario of all models.',
    answer: choice,
    simulated: true,
  },
  'scenario.set': {
    id: 'setScenario',
    tag: 'Simulation',
    summary: 'Choose the scenarios of new jobs',
    description: 'For jobs created from now on. Fields that are left out stay.',
    input: scenarioChange,
    answer: choice,
    problems: { '400': '`invalid_request`: a scenario is invalid.' },
    simulated: true,
  },
  'models.list': {
    id: 'listModels',
    tag: 'Simulation',
    summary: 'List the installed models',
    description: 'The models that clients find in the library.',
    answer: { description: 'All of them.', schema: z.array(schemas.installedModel) },
  },
  'models.add': {
    id: 'addModel',
    tag: 'Simulation',
    summary: 'Install a model without a download',
    description: 'By the name that a client would ask for.',
    answer: { description: 'The model, with the key to load it by.', schema: schemas.installedModel },
    problems: {
      '400': '`invalid_request`: not the name of a model.',
      '403':
        '`forbidden`: a call from a page of another site, under a host name of another machine, or without the control token. `gated_no_token`: the hub does not allow the download.',
      '404': '`not_found`: there is no such model.',
      '503': '`hub_unavailable`: the hub does not answer.',
    },
    simulated: true,
  },
  // A server has the route of real downloads instead.
  'models.remove': {
    id: 'removeSimulatedModel',
    tag: 'Simulation',
    summary: 'Remove an installed model',
    description: 'A client that asks for it again downloads it again.',
    problems: { '404': '`not_found`: it is not installed.' },
  },
  'faults.list': {
    id: 'listFaults',
    tag: 'Faults',
    summary: 'List the faults',
    description: 'Oldest first, ended ones included, each with its counters.',
    answer: { description: 'All of them.', schema: z.array(schemas.faultStatus) },
  },
  'faults.add': {
    id: 'addFault',
    tag: 'Faults',
    summary: 'Add a fault',
    description:
      'What happens to which calls (`when`, every one by default), and how many `times`. Several latencies add up; of the others the oldest decides.',
    answer: { description: 'The fault, with its id.', schema: schemas.faultStatus },
    problems: {
      '400': '`invalid_request`: invalid values, each with its path.',
      '501': '`unsupported`: this engine does not support it.',
    },
  },
  'faults.clear': {
    id: 'clearFaults',
    tag: 'Faults',
    summary: 'Remove all faults',
    description: 'Delayed calls continue, hanging ones break.',
  },
  'faults.remove': {
    id: 'removeFault',
    tag: 'Faults',
    summary: 'Remove a fault',
    description: 'Calls that it delays continue, calls that it hangs break.',
    problems: { '404': '`not_found`: there is no such fault.' },
  },
  'journal.list': {
    id: 'getJournal',
    tag: 'Record',
    summary: 'Read the calls of clients',
    description: 'Every call and its answer, oldest first, without secrets: the latest 1000, and 4 MiB, of a session.',
    answer: { description: 'The calls.', schema: z.array(records.journalEntry) },
  },
  'journal.clear': {
    id: 'clearJournal',
    tag: 'Record',
    summary: 'Empty the journal',
    description: 'This removes the findings too.',
  },
  findings: {
    id: 'listFindings',
    tag: 'Record',
    summary: 'Read the mistakes of a client',
    description: 'As far as the journal shows them; those that could be judged come first.',
    answer: { description: 'The findings.', schema: z.array(records.finding) },
  },
  settled: {
    id: 'waitUntilSettled',
    tag: 'Session',
    summary: 'Wait until clients are answered',
    description:
      'Answers when each call of a client has been answered and none has come for a moment. Calls that a fault leaves hanging are not waited for.',
    input: settled,
    answer: session,
    problems: {
      '400': '`invalid_request`: a parameter cannot be.',
      '408': '`timeout`: calls are under way, or come on.',
    },
  },
  report: {
    id: 'getReport',
    tag: 'Record',
    summary: 'Read what happened, as text',
    description:
      'For people: the downloads, the last calls, the findings, and, in a simulation, how to restore the session (`modeldock --replay`).',
    answer: { description: 'The report.', schema: z.string() },
  },
  events: {
    id: 'listenToEvents',
    tag: 'Record',
    summary: 'Listen to events',
    description:
      'Server-sent events, from now on or after the event of an id: `event` is the type, `id` the number, and `data` a `SessionEvent` as JSON. It ends with the session, or when the session is reset or restored.',
    input: z.extend(eventsQuery, {
      after: eventsQuery.shape.after.check(
        z.meta({ description: 'As `Last-Event-ID`, for clients that cannot send it.' }),
      ),
    }),
    header: z.strictObject({
      'Last-Event-ID': z
        .optional(z.string())
        .check(z.meta({ description: 'The id of the last event that the client received.', examples: ['17'] })),
    }),
    answer: {
      description: 'The events, as they happen. The first line is a comment, sent when listening has begun.',
      schema: z.string().check(z.meta({ description: 'Each `data` is a `SessionEvent` as JSON.' })),
    },
    problems: { '400': '`invalid_request`: `after` is not the number of an event.' },
  },
  snapshot: {
    id: 'takeSnapshot',
    tag: 'Snapshots',
    summary: 'Take a snapshot',
    description: 'The present state of the session, as plain data, without its journal.',
    answer: { description: 'The input of `restoreSnapshot`.', schema: snapshot },
    simulated: true,
  },
  restore: {
    id: 'restoreSnapshot',
    tag: 'Snapshots',
    summary: 'Restore a snapshot',
    description: 'Of this session or of any other. The journal stays.',
    input: snapshot,
    answer: session,
    problems: {
      '400':
        '`bad_snapshot`: of another version, or damaged. The session stays as it was. `invalid_request`: the body is not JSON.',
    },
    simulated: true,
  },
  fork: {
    id: 'forkSession',
    tag: 'Snapshots',
    summary: 'Fork the session',
    description:
      'Creates a session that continues from the present state, with an empty journal and the same counters.',
    answer: { description: 'The new session.', schema: schemas.sessionStatus },
    problems: {
      '400': '`invalid_request`: a name that a session cannot have.',
      '409': '`session_exists`: a session of that name exists already.',
      '501': '`unsupported`: this engine, or this server, does not support it.',
    },
  },
};
