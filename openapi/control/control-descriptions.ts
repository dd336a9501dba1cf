import * as z from 'zod/mini';
import type { controlRoutes } from '../../src/control/contract/dock-control.js';
import { eventsQuery } from '../../src/control/contract/schemas.js';
import * as schemas from './answers.js';
import { scenarioChange, scenarioChoice, settled, snapshot, start, wait, waitForModel } from './inputs.js';
import { noSuchJob, type Description } from './operation.js';
import * as records from './records.js';

const session = { description: 'The session as it stands.', schema: schemas.sessionStatus };
const clock = { description: 'The clock as it stands.', schema: schemas.clockStatus };
const job = { description: 'The job as it stands.', schema: schemas.jobReport };
const choice = { description: 'What new jobs play.', schema: scenarioChoice };
const jobRefusals = {
  '404': noSuchJob,
  '409': '`wrong_job_state`: the job is not in a state in which that can be done.',
} as const;

const started = {
  description: 'The job as it stands, or that all of it is there already.',
  schema: z.union([schemas.jobReport, schemas.alreadyDownloaded]),
};

/** The answers of the hub and the disk, as on LM Studio's routes. */
const startRefusals = {
  '401': '`bad_token`: the hub does not know the token.',
  '403':
    '`forbidden`: from a page of another site, under a name that is not of this machine, or without the control token. `gated_no_token`, `gated_not_on_list`, `repo_disabled`: the hub does not let it be downloaded.',
  '404':
    '`not_found`: there is no such model, or no such quantization of it. `missing_or_private`: the hub shows no such repo.',
  '409': '`model_busy`: another process downloads it.',
  '422': '`unsafe_path`: a name in the repo must not become a path.',
  '500': '`internal_error`: a defect of modeldock. `disk_error`: the models folder cannot be written.',
  '502':
    '`hub_error`, `redirect_refused`, `proxy_auth`: the server that answers is not the hub, or its answer cannot be used.',
  '503': '`hub_unavailable`, with `Retry-After`; `offline`: the hub is not to be asked.',
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

/** What the document says of the routes of a session. */
export const controlDescriptions: Record<keyof typeof controlRoutes, Description> = {
  health: {
    id: 'getHealth',
    tag: 'Session',
    summary: 'Ask whether the server is well',
    description: 'And how the session stands. The first thing to call, until it answers.',
    answer: { description: 'It is.', schema: schemas.health },
  },
  status: {
    id: 'getSession',
    tag: 'Session',
    summary: 'Look at the session',
    description: 'Changes nothing.',
    answer: session,
  },
  reset: {
    id: 'resetSession',
    tag: 'Session',
    summary: 'Go back to the first moment',
    description:
      'No jobs, nothing loaded, no faults, an empty journal, the clock as it was. What hangs or waits ends. Real downloads stay, and so do models: only the faults and the journal go.',
    answer: session,
  },
  'clock.get': {
    id: 'getClock',
    tag: 'Clock',
    summary: 'Read the clock',
    description:
      'It runs by itself (`running`), stands until it is advanced (`frozen`), or moves a job by one step each time it is polled (`polls`).',
    answer: clock,
  },
  'clock.set': {
    id: 'setClock',
    tag: 'Clock',
    summary: 'Set the clock',
    description:
      'What is left out stays. `now` takes milliseconds since the epoch or a date. Without a `mode`, `speed` means `running` and `stepMs` means `polls`. `dates` chooses the clock of the dates in answers to clients.',
    answer: clock,
    problems: {
      '400': '`invalid_request`: a value cannot be; the message has its path.',
      '409': "`time_travel`: a time before the session's latest decision.",
    },
    simulated: true,
  },
  'clock.advance': {
    id: 'advanceClock',
    tag: 'Clock',
    summary: 'Advance the clock',
    description:
      'By `ms`, or to the first millisecond at which a condition holds: a job has so much `progress`, so many `bytes` or a `status`; the `next-transition` of any job; or `idle`, nothing is downloading. In place of a job a condition may name a `model`, whose latest download is meant. A job that is held at a moment goes on. Answers when the new state holds.',
    answer: { description: 'The clock, and the transitions that were crossed.', schema: schemas.advanced },
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
    description: 'Oldest first. Looking at a job never moves it, whatever the clock does.',
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
      '400': '`invalid_request`: a parameter cannot be.',
      '408': '`timeout`: no download of it is there yet, or has come so far. Ask again to continue waiting.',
    },
  },
  'jobs.get': {
    id: 'getJob',
    tag: 'Jobs',
    summary: 'Look at a download',
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
    problems: { ...jobRefusals, '507': '`insufficient_space`: what is missing does not fit on the disk.' },
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
    summary: 'Let a download fail',
    description: 'Now, where it is. A client that asks again gets a job that continues from its bytes.',
    answer: job,
    problems: { '400': '`invalid_request`: the code does not exist.', ...jobRefusals },
    simulated: true,
  },
  'jobs.wait': {
    id: 'waitForJob',
    tag: 'Jobs',
    summary: 'Wait for a download',
    description:
      'Answers when the job has the `status` and the `progress` asked for; at once where neither is given. On a frozen clock that takes an advance.',
    input: wait,
    answer: job,
    problems: {
      '400': '`invalid_request`: a parameter cannot be.',
      '404': '`not_found`: there is no such job.',
      '408': '`timeout`: the job is not there yet. Ask again to continue waiting.',
      '409': '`never`: the job has ended otherwise.',
    },
  },
  'scenario.get': {
    id: 'getScenario',
    tag: 'World',
    summary: 'Read which scenario new jobs play',
    description: 'The first rule whose pattern fits the model counts, else the scenario of all.',
    answer: choice,
    simulated: true,
  },
  'scenario.set': {
    id: 'setScenario',
    tag: 'World',
    summary: 'Choose which scenario new jobs play',
    description: 'For jobs made from now on. What is left out stays.',
    input: scenarioChange,
    answer: choice,
    problems: { '400': '`invalid_request`: a scenario that cannot be played.' },
    simulated: true,
  },
  'models.list': {
    id: 'listModels',
    tag: 'World',
    summary: 'List the installed models',
    description: 'The models that clients find in the library.',
    answer: { description: 'All of them.', schema: z.array(schemas.installedModel) },
  },
  'models.add': {
    id: 'addModel',
    tag: 'World',
    summary: 'Install a model without a download',
    description: 'By the name that a client would ask for.',
    answer: { description: 'The model, with the key to load it by.', schema: schemas.installedModel },
    problems: {
      '400': '`invalid_request`: not the name of a model.',
      '403':
        '`forbidden`: from a page of another site, under a name that is not of this machine, or without the control token. `gated_no_token`: the hub does not let it be downloaded.',
      '404': '`not_found`: there is no such model.',
      '503': '`hub_unavailable`: the hub is not there.',
    },
    simulated: true,
  },
  // A server has the route of real downloads in its place.
  'models.remove': {
    id: 'removeSimulatedModel',
    tag: 'World',
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
      '400': '`invalid_request`: values that cannot be, each by its path.',
      '501': '`unsupported`: this engine cannot do that.',
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
    description: 'Calls that it delays continue, calls that it lets hang break.',
    problems: { '404': '`not_found`: there is no such fault.' },
  },
  'journal.list': {
    id: 'getJournal',
    tag: 'Record',
    summary: 'Read what clients did',
    description: 'Every call and its answer, oldest first, without secrets: the latest 1000, and 4 MiB, of a session.',
    answer: { description: 'The calls.', schema: z.array(records.journalEntry) },
  },
  'journal.clear': {
    id: 'clearJournal',
    tag: 'Record',
    summary: 'Empty the journal',
    description: 'Findings go with it.',
  },
  findings: {
    id: 'listFindings',
    tag: 'Record',
    summary: 'Read what a client does wrong',
    description: 'As far as the journal shows; what could be judged comes first.',
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
      'For people: the downloads, the last calls, the findings, and, in a simulation, how to bring the world back (`modeldock --replay`).',
    answer: { description: 'The report.', schema: z.string() },
  },
  events: {
    id: 'listenToEvents',
    tag: 'Record',
    summary: 'Listen to what happens',
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
        .check(z.meta({ description: 'The id of the last event that was seen.', examples: ['17'] })),
    }),
    answer: {
      description: 'The events, as they happen. A comment comes first, when the listening has begun.',
      schema: z.string().check(z.meta({ description: 'Each `data` is a `SessionEvent` as JSON.' })),
    },
    problems: { '400': '`invalid_request`: `after` is not the number of an event.' },
  },
  snapshot: {
    id: 'takeSnapshot',
    tag: 'Snapshots',
    summary: 'Take a snapshot',
    description: 'The session at this moment, as plain data, without its journal.',
    answer: { description: 'To be given to `restoreSnapshot`.', schema: snapshot },
    simulated: true,
  },
  restore: {
    id: 'restoreSnapshot',
    tag: 'Snapshots',
    summary: 'Go back to a snapshot',
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
    description: 'A new session that continues from this moment, with an empty journal and the same counters.',
    answer: { description: 'The new session.', schema: schemas.sessionStatus },
    problems: {
      '400': '`invalid_request`: a name that a session cannot have.',
      '409': '`session_exists`: there is a session of that name.',
      '501': '`unsupported`: this engine, or this server, cannot do that.',
    },
  },
};
