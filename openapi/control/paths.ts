import * as z from 'zod/mini';
import type { ZodOpenApiPathItemObject, ZodOpenApiPathsObject } from 'zod-openapi';
import type { Examples } from '../lm-studio/examples.js';
import { name } from '../lm-studio/paths.js';
import {
  advanceBody,
  clockBody,
  eventsQuery,
  failBody,
  forkBody,
  modelBody,
  sessionBody,
} from '../../src/control/contract/schemas.js';
import { faultSchema } from '../../src/control/faults/schema.js';
import * as schemas from './answers.js';
import { downloadOperations } from './download-paths.js';
import { answerExamples as shown, problemExamples as wrong, requestExamples as asked } from './examples.js';
import { inPath, scenarioChange, scenarioChoice, snapshot, wait } from './inputs.js';
import * as records from './records.js';
import { answers, fails, noSuchJob, operation, read, wrongJobState } from './operation.js';

type Paths = Record<string, ZodOpenApiPathItemObject>;

const job = name('Job', answers('The job as it stands.', schemas.jobReport, shown.job));
const downloads = downloadOperations(job);
const status = name('Session', answers('The session as it stands.', schemas.sessionStatus, shown.session));

/** The routes of the control API, with every answer each of them can give. */
export const controlPaths: ZodOpenApiPathsObject = Object.fromEntries(
  Object.entries({
    ...inSession({ ...sessionPaths(), ...clockPaths(), ...jobPaths(), ...worldPaths(), ...faultPaths() }),
    ...inSession({ ...recordPaths(), ...snapshotPaths() }),
    ...serverPaths(),
  }).map(([path, item]) => [`/__modeldock${path}`, item]),
);

function inSession(paths: Paths): Paths {
  const parameters = [{ $ref: '#/components/parameters/Session' as const }];
  return Object.fromEntries(Object.entries(paths).map(([path, item]) => [path, { parameters, ...item }]));
}

function sessionPaths(): Paths {
  const tag = 'Session';
  return {
    '/health': {
      get: read({
        id: 'getHealth',
        tag,
        summary: 'Ask whether the server is well',
        description: 'And how the session stands. The first thing to call, until it answers.',
        answer: answers('It is.', schemas.health, shown.health),
      }),
    },
    '/session': {
      get: read({
        id: 'getSession',
        tag,
        summary: 'Look at the session',
        description: 'Changes nothing.',
        answer: status,
      }),
    },
    '/reset': {
      post: operation({
        id: 'resetSession',
        tag,
        summary: 'Go back to the first moment',
        description:
          'No jobs, nothing loaded, no faults, an empty journal, the clock as it was. What hangs or waits ends. Downloads that are actual ones stay, and so do models: only the faults and the journal go.',
        answer: status,
      }),
    },
  };
}

function clockPaths(): Paths {
  const tag = 'Clock';
  const clock = answers('The clock as it stands.', schemas.clockStatus, shown.clock);
  return {
    '/clock': {
      get: read({
        id: 'getClock',
        tag,
        summary: 'Read the clock',
        description:
          'It runs by itself (`running`), stands until it is advanced (`frozen`), or moves a job by one step each time it is polled (`polls`).',
        answer: clock,
      }),
      put: operation({
        id: 'setClock',
        tag,
        summary: 'Set the clock',
        description:
          'What is left out stays. `now` takes milliseconds since the epoch or a date. Without a `mode`, `speed` means `running` and `stepMs` means `polls`.',
        body: { schema: clockBody, examples: asked.clock },
        answer: clock,
        problems: {
          '400': fails('`invalid_request`: a value cannot be; the message has its path.', wrong.badClock),
          '409': fails("`time_travel`: a time before the session's latest decision.", wrong.timeTravel),
        },
        simulated: true,
      }),
    },
    '/clock/advance': {
      post: operation({
        id: 'advanceClock',
        tag,
        summary: 'Advance the clock',
        description:
          'By `ms`, or to the first millisecond at which a condition holds: a job has so much `progress`, so many `bytes` or a `status`; the `next-transition` of any job; or `idle`, nothing is downloading. Answers when the new state holds.',
        body: { schema: advanceBody, examples: asked.advance },
        answer: answers('The clock, and the transitions that were crossed.', schemas.advanced, shown.advanced),
        problems: {
          '400': fails('`invalid_request`: neither milliseconds nor a condition.', wrong.badAdvance),
          '409': fails('`never`: the condition can never hold. The clock has not moved.', wrong.never),
        },
        simulated: true,
      }),
    },
  };
}

function jobPaths(): Paths {
  const tag = 'Jobs';
  const acts = { tag, path: inPath.job, answer: job };
  const refused = (examples: Examples) => ({ '404': noSuchJob, '409': wrongJobState(examples) });
  return {
    '/jobs': {
      get: read({
        id: 'listJobs',
        tag,
        summary: 'List the downloads',
        description: 'Oldest first. Looking at a job never moves it, whatever the clock does.',
        answer: answers('All of them.', z.array(schemas.jobReport), shown.jobs),
      }),
      post: downloads.start,
    },
    '/jobs/{job}': {
      get: read({
        ...acts,
        id: 'getJob',
        summary: 'Look at a download',
        description: 'With what will happen to it, and why it paused or failed.',
        problems: { '404': noSuchJob },
      }),
    },
    '/jobs/{job}/pause': {
      post: operation({
        ...acts,
        id: 'pauseJob',
        summary: 'Pause a download',
        description: 'Until it is resumed.',
        problems: refused(wrong.cannotPause),
      }),
    },
    '/jobs/{job}/resume': {
      post: operation({
        ...acts,
        id: 'resumeJob',
        summary: 'Resume a download',
        description: 'Also one that has paused by itself.',
        problems: {
          ...refused(wrong.cannotResume),
          '507': fails('`insufficient_space`: what is missing does not fit on the disk.', wrong.cannotGoOn),
        },
      }),
    },
    '/jobs/{job}/cancel': {
      post: operation({
        ...acts,
        id: 'cancelJob',
        summary: 'Cancel a download',
        description: 'It ends as `failed`, with the code `cancelled`, and loses its bytes.',
        problems: refused(wrong.cannotCancel),
      }),
    },
    '/jobs/{job}/fail': {
      post: operation({
        ...acts,
        id: 'failJob',
        summary: 'Let a download fail',
        description: 'Now, where it is. A client that asks again gets a job that goes on from its bytes.',
        body: { schema: failBody, examples: asked.fail },
        problems: { '400': fails('`invalid_request`: no code there is.', wrong.badFail), ...refused(wrong.cannotFail) },
        simulated: true,
      }),
    },
    '/jobs/{job}/move': { post: downloads.move },
    '/jobs/{job}/limit': { put: downloads.limit },
    '/bandwidth': { get: downloads.readBandwidth, put: downloads.setBandwidth },
    '/jobs/{job}/wait': {
      get: read({
        ...acts,
        id: 'waitForJob',
        summary: 'Wait for a download',
        description:
          'Answers when the job has the `status` and the `progress` asked for; at once where neither is. On a frozen clock that takes an advance.',
        query: wait,
        problems: {
          '400': fails('`invalid_request`: a parameter cannot be.', wrong.badWait),
          '404': fails('`not_found`: there is no such job.', wrong.noSuchWait),
          '408': fails('`timeout`: the job is not there yet. Ask again to go on waiting.', wrong.timeout),
          '409': fails('`never`: the job has ended otherwise.', wrong.neverReached),
        },
      }),
    },
  };
}

function worldPaths(): Paths {
  const tag = 'World';
  const choice = answers('What new jobs play.', scenarioChoice, shown.scenario);
  return {
    '/scenario': {
      get: read({
        id: 'getScenario',
        tag,
        summary: 'Read which story new jobs play',
        description: 'The first rule whose pattern fits the model counts, else the scenario of all.',
        answer: choice,
        simulated: true,
      }),
      put: operation({
        id: 'setScenario',
        tag,
        summary: 'Choose which story new jobs play',
        description: 'For jobs made from now on. What is left out stays.',
        body: { schema: scenarioChange, examples: asked.scenario },
        answer: choice,
        problems: { '400': fails('`invalid_request`: a scenario that cannot be played.', wrong.badScenario) },
        simulated: true,
      }),
    },
    '/models': {
      get: read({
        id: 'listModels',
        tag,
        summary: 'List the installed models',
        description: 'What clients find into the library.',
        answer: answers('All of them.', z.array(schemas.installedModel), shown.models),
      }),
      post: operation({
        id: 'addModel',
        tag,
        summary: 'Install a model without a download',
        description: 'By the name that a client would ask for.',
        body: { schema: modelBody, examples: asked.model },
        answer: answers('The model, with the key to load it by.', schemas.installedModel, shown.model),
        problems: {
          '400': fails('`invalid_request`: no name of a model.', wrong.badModel),
          '403': fails(
            '`forbidden`: from a page of another site, under a name that is not of this machine, or without the control token. `gated_no_token`: the hub does not let it be downloaded.',
            wrong.gatedModel,
          ),
          '404': fails('`not_found`: there is no such model to be had.', wrong.noSuchModel),
          '503': fails('`hub_unavailable`: the hub is not there.', wrong.noHub),
        },
        simulated: true,
      }),
    },
    '/models/{key}': { delete: downloads.remove },
    '/models/{key}/update': { post: downloads.update },
  };
}

function faultPaths(): Paths {
  const tag = 'Faults';
  return {
    '/faults': {
      get: read({
        id: 'listFaults',
        tag,
        summary: 'List the faults',
        description: 'Oldest first, ended ones included, each with its counters.',
        answer: answers('All of them.', z.array(schemas.faultStatus), shown.faults),
      }),
      post: operation({
        id: 'addFault',
        tag,
        summary: 'Add a fault',
        description:
          'What happens to which calls (`when`, every one by default), and how many `times`. Several latencies add up; of the others the oldest decides.',
        body: { schema: faultSchema, examples: asked.fault },
        answer: answers('The fault, with its id.', schemas.faultStatus, shown.fault),
        problems: {
          '400': fails('`invalid_request`: values that cannot be, each by its path.', wrong.badFault),
          '501': fails('`unsupported`: this engine cannot do that.', wrong.cannotBeStale),
        },
      }),
      delete: operation({
        id: 'clearFaults',
        tag,
        summary: 'Remove all faults',
        description: 'Delayed calls go on, hanging ones break.',
      }),
    },
    '/faults/{fault}': {
      delete: operation({
        id: 'removeFault',
        tag,
        summary: 'Remove a fault',
        description: 'Calls that it delays go on, calls that it lets hang break.',
        path: inPath.fault,
        problems: { '404': fails('`not_found`: there is no such fault.', wrong.noSuchFault) },
      }),
    },
  };
}

function recordPaths(): Paths {
  const tag = 'Record';
  return {
    '/journal': {
      get: read({
        id: 'getJournal',
        tag,
        summary: 'Read what clients did',
        description:
          'Every call and its answer, oldest first, without secrets: the latest 1000, and 4 MiB, of a session.',
        answer: answers('The calls.', z.array(records.journalEntry), shown.journal),
      }),
      delete: operation({ id: 'clearJournal', tag, summary: 'Empty the journal', description: 'Findings go with it.' }),
    },
    '/findings': {
      get: read({
        id: 'listFindings',
        tag,
        summary: 'Read what a client does wrong',
        description: 'As far as the journal shows; what could be judged comes first.',
        answer: answers('The findings.', z.array(records.finding), shown.findings),
      }),
    },
    '/metrics': { get: downloads.metrics },
    '/events': {
      get: operation({
        id: 'listenToEvents',
        tag,
        summary: 'Listen to what happens',
        description:
          'Server-sent events, from now on or after the event of an id: `event` is the type, `id` the number, and `data` a `SessionEvent` as JSON. It ends with the session, or when the session is reset or restored.',
        query: z.extend(eventsQuery, {
          after: eventsQuery.shape.after.check(
            z.meta({ description: 'As `Last-Event-ID`, for those who cannot send it.' }),
          ),
        }),
        header: z.strictObject({
          'Last-Event-ID': z
            .optional(z.string())
            .check(z.meta({ description: 'The id of the last event that was seen.', examples: ['17'] })),
        }),
        answer: {
          description: 'The events, as they happen. A comment comes first, when the listening has begun.',
          content: {
            'text/event-stream': {
              schema: z.string().check(z.meta({ description: 'Each `data` is a `SessionEvent` as JSON.' })),
              examples: shown.events,
            },
          },
        },
        problems: { '400': fails('`invalid_request`: `after` is no number of an event.', wrong.badEvents) },
      }),
    },
  };
}

function snapshotPaths(): Paths {
  const tag = 'Snapshots';
  return {
    '/snapshot': {
      get: read({
        id: 'takeSnapshot',
        tag,
        summary: 'Take a snapshot',
        description: 'The session at this moment, as plain data, without its journal.',
        answer: answers('To be given to `restoreSnapshot`.', snapshot, shown.snapshot),
        simulated: true,
      }),
    },
    '/restore': {
      post: operation({
        id: 'restoreSnapshot',
        tag,
        summary: 'Go back to a snapshot',
        description: 'Of this session or of any other. The journal stays.',
        body: { schema: snapshot, examples: shown.snapshot },
        answer: status,
        problems: {
          '400': fails(
            '`bad_snapshot`: of another version, or mangled. The session stays as it was. `invalid_request`: no JSON.',
            wrong.badSnapshot,
          ),
        },
        simulated: true,
      }),
    },
    '/fork': {
      post: operation({
        id: 'forkSession',
        tag,
        summary: 'Fork the session',
        description: 'A new session that goes on from this moment, with an empty journal and the same counters.',
        body: { schema: forkBody, examples: asked.fork, optional: true },
        answer: answers('The new session.', schemas.sessionStatus, shown.fork),
        problems: {
          '400': fails('`invalid_request`: a name that cannot be one.', wrong.badName),
          '409': fails('`session_exists`: there is a session of that name.', wrong.sessionExists),
          '501': fails('`unsupported`: this engine, or this server, cannot do that.', wrong.cannotFork),
        },
      }),
    },
  };
}

function serverPaths(): Paths {
  const tag = 'Server';
  const session = false;
  const document = (id: string, what: string, examples: typeof shown.document) =>
    read({
      id,
      tag,
      session,
      summary: `Get the OpenAPI document of ${what}`,
      description: 'Where the server is `modeldock serve`.',
      answer: answers('The document.', z.looseObject({ openapi: z.string() }), examples),
    });
  return {
    '/sessions': {
      get: read({
        id: 'listSessions',
        tag,
        session,
        summary: 'List the sessions',
        description: 'The longest idle first. One that is idle for an hour goes.',
        answer: answers('All of them.', z.array(schemas.sessionEntry), shown.sessions),
      }),
      post: operation({
        id: 'openSession',
        tag,
        session,
        summary: 'Open a session',
        description: 'One that is there is answered as it stands. A session is also made when it is first called.',
        body: { schema: sessionBody, examples: asked.session },
        answer: answers('The session.', schemas.sessionStatus, shown.fork),
        problems: { '400': fails('`invalid_request`: a name that cannot be one.', wrong.badName) },
        simulated: true,
      }),
    },
    '/sessions/{session}': {
      delete: operation({
        id: 'dropSession',
        tag,
        session,
        summary: 'Drop a session',
        description: 'What hangs or waits in it ends.',
        path: inPath.session,
        problems: { '404': fails('`not_found`: there is no such session.', wrong.noSuchSession) },
        simulated: true,
      }),
    },
    '/openapi.json': { get: document('getOpenApiDocument', "LM Studio's routes", shown.document) },
    '/control-openapi.json': { get: document('getControlOpenApiDocument', 'the control API', shown.document) },
  };
}
