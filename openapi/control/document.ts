import type * as z from 'zod/mini';
import { createDocument, type ZodOpenApiObject } from 'zod-openapi';
import { nameNumberFormats, type OpenApiDocument } from '../lm-studio/document.js';
import {
  advanceBody,
  clockBody,
  failBody,
  forkBody,
  modelBody,
  sessionBody,
} from '../../src/control/contract/schemas.js';
import { limitBody, moveBody } from '../../src/control/contract/download-schemas.js';
import { faultSchema, faultStateSchema } from '../../src/control/faults/schema.js';
import * as answers from './answers.js';
import { rule, scenario, scenarioChange, scenarioChoice, snapshot, story } from './inputs.js';
import { controlPaths } from './paths.js';
import * as records from './records.js';

/**
 * Describes the control API, from the schemas that check its inputs and, in tests, its answers.
 * @param version of the package that contains the document
 */
export function createControlOpenApiDocument(version: string): OpenApiDocument {
  return createDocument(
    {
      openapi: '3.1.1',
      info: {
        title: 'The control API of modeldock',
        version,
        description: description.join('\n\n'),
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [
        { url: 'http://localhost:1234', description: 'The session `default`, or the one that a header names.' },
        {
          url: 'http://localhost:1234/s/{session}',
          description: 'A session by its name.',
          variables: { session: { default: 'default', description: '1 to 64 letters, digits, dots, _ and -.' } },
        },
      ],
      tags: [
        { name: 'Session', description: 'Its state.' },
        { name: 'Clock', description: "The session's clock." },
        { name: 'Jobs', description: 'The downloads that clients have started.' },
        { name: 'Simulation', description: 'Installed models, and the scenarios of downloads.' },
        { name: 'Faults', description: 'What happens to requests.' },
        { name: 'Record', description: 'The calls of clients.' },
        { name: 'Snapshots', description: 'Sessions as plain data.' },
        { name: 'Server', description: 'Routes that do not concern a session.' },
      ],
      // The empty one comes first: a server that only this machine can reach requires no token.
      security: [{}, { controlToken: [] }, { controlTokenAsBearer: [] }],
      paths: controlPaths,
      components: {
        schemas: schemasByName,
        parameters: {
          Session: {
            name: 'X-Modeldock-Session',
            in: 'header',
            description: 'The session of the call, unless the path begins with `/s/{session}`.',
            schema: { type: 'string', pattern: '^[A-Za-z0-9._-]{1,64}$' },
            example: 'checkout-17',
          },
        },
        securitySchemes: {
          controlToken: {
            type: 'apiKey',
            in: 'header',
            name: 'X-Modeldock-Token',
            description: 'Required if the server has a control token.',
          },
          controlTokenAsBearer: { type: 'http', scheme: 'bearer', description: 'The same, as a bearer token.' },
        },
      },
    } satisfies ZodOpenApiObject,
    { override: nameNumberFormats },
  );
}

const description = [
  "Controls a modeldock server beside LM Studio's routes: moves a session's clock, injects faults, " +
    'and reads the calls of a client.',
  'A session is isolated from all others. It is named by the prefix `/s/{session}` of the path, which also clients of LM ' +
    "Studio's routes can have in their base URL; by the header `X-Modeldock-Session`; by the bearer token " +
    '`session:{session}`; or it is `default`. It is created by its first call.',
  "With the real engine there is one session, which every session name leads to, and its clock is the machine's. Calls that " +
    'only one of the two engines supports get a 501 (`unsupported`) with the other.',
  'Times are milliseconds since the epoch on the clock of the session. Every error has a `code` for programs and a ' +
    '`message` for people. `HEAD` is answered as `GET`, without a body. One trailing slash is ignored. An unknown path ' +
    'is a 404 (`not_found`), another method a 405 (`not_allowed`) with `Allow`.',
];

const schemasByName: Record<string, z.ZodMiniType> = {
  SessionStatus: answers.sessionStatus,
  Health: answers.health,
  SessionEntry: answers.sessionEntry,
  SessionRequest: sessionBody,
  ForkRequest: forkBody,
  ClockStatus: answers.clockStatus,
  RunningClock: answers.clockModes.running,
  FrozenClock: answers.clockModes.frozen,
  PollsClock: answers.clockModes.polls,
  ClockChange: clockBody,
  AdvanceRequest: advanceBody,
  Advanced: answers.advanced,
  Transition: answers.transition,
  JobReport: answers.jobReport,
  DownloadingJob: answers.jobStates.downloading,
  PausedJob: answers.jobStates.paused,
  CompletedJob: answers.jobStates.completed,
  FailedJob: answers.jobStates.failed,
  JobStretch: answers.stretch,
  FileProgress: answers.fileProgress,
  MoveRequest: moveBody,
  LimitRequest: limitBody,
  Bandwidth: answers.bandwidth,
  AlreadyDownloaded: answers.alreadyDownloaded,
  RemovedModel: answers.removedModel,
  Failure: failBody,
  Scenario: scenario,
  Phase: scenario.shape.steps.def.element,
  Story: story,
  ScenarioRule: rule,
  ScenarioChange: scenarioChange,
  ScenarioChoice: scenarioChoice,
  InstalledModel: answers.installedModel,
  ModelRequest: modelBody,
  Fault: faultSchema,
  FaultSelection: faultSchema.shape.when.def.innerType,
  FaultEffect: faultSchema.shape.effect,
  FaultStatus: answers.faultStatus,
  FaultState: faultStateSchema,
  JournalEntry: records.journalEntry,
  JournalText: records.journalText,
  JournalFault: records.journalFault,
  Finding: records.finding,
  SessionEvent: records.sessionEvent,
  TransitionEvent: records.events.transition,
  DecisionEvent: records.events.decision,
  CallEvent: records.events.call,
  Decision: records.decision,
  Snapshot: snapshot,
  Problem: answers.problem,
};
