import * as z from 'zod/mini';
import { downloadPhases, type RemovedModel } from '../../src/core/downloader.js';
import { failureCodes } from '../../src/core/errors.js';
import type { Transition } from '../../src/core/foresight.js';
import type { InstalledModel } from '../../src/core/model-library.js';
import type { JobStretch } from '../../src/core/simulation.js';
import type { ControlErrorCode } from '../../src/control/base/control-error.js';
import type { BandwidthLimit } from '../../src/control/contract/downloads-control.js';
import type { FaultStatus } from '../../src/control/faults/fault.js';
import { faultSchema } from '../../src/control/faults/schema.js';
import { schemaOf } from './schema-of.js';
import type { Advanced, JobReport, SessionStatus } from '../../src/control/contract/dock-control.js';
import { answerDates, type ClockStatus } from '../../src/control/base/session-clock.js';
import type { SessionEntry } from '../../src/control/contract/sessions-control.js';

/*
 * The schemas of the control API's answers. The code that answers has only types; these schemas describe the same for
 * the OpenAPI document and for tests, and are not part of the package.
 */

const describe = (description: string) => z.meta({ description });
const count = z.int().check(z.nonnegative());
const bytes = count;
export const time = z.int().check(describe("Milliseconds since the epoch, on the session's clock."));
export const sessionName = z.string().check(describe("The session's name."));

const running = z.strictObject({
  mode: z.literal('running'),
  speed: z.number().check(z.nonnegative(), describe('Virtual milliseconds per real one.')),
  now: time,
  date: z.string().check(describe('The same time as a date.')),
  dates: z
    .enum(answerDates)
    .check(
      describe(
        "Which clock the dates in answers to clients are on: the session's (`dock`), or the machine's (`caller`), so that what is left stays the same for a page that subtracts its own time.",
      ),
    ),
});
const { now, date, dates } = running.shape;
const frozen = z.strictObject({ mode: z.literal('frozen'), now, date, dates });
const polls = z.strictObject({
  mode: z.literal('polls'),
  stepMs: z.int().check(z.positive(), describe('How many ms a poll advances the polled job.')),
  now,
  date,
  dates,
});
export const clockModes = { running, frozen, polls };
export const clockStatus = schemaOf<ClockStatus>()(z.discriminatedUnion('mode', [running, frozen, polls]));

export const sessionStatus = schemaOf<SessionStatus>()(
  z.strictObject({
    session: sessionName,
    engine: z.string().check(describe('`simulated`, `real`, or `proxied`.')),
    clock: clockStatus,
    jobs: count,
    faults: count.check(describe('Ended ones included.')),
    journalEntries: count,
  }),
);
export const health = schemaOf<SessionStatus & { status: 'ok' }>()(
  z.strictObject({ status: z.literal('ok'), ...sessionStatus.shape }),
);

export const transition = schemaOf<Transition>()(
  z.strictObject({
    at: time,
    job: z.string(),
    model: z.string(),
    type: z.enum(['started', 'stalled', 'moving', 'finalizing', 'paused', 'resumed', 'completed', 'failed']),
  }),
);
export const advanced = schemaOf<Advanced>()(
  z.strictObject({
    clock: clockStatus,
    transitions: z.array(transition).check(describe('The transitions that were passed, in order.')),
  }),
);

export const stretch = schemaOf<JobStretch>()(
  z.strictObject({
    type: z.string().check(describe('The type of the scenario step that it plays, or of the control call.')),
    from: time,
    to: z.exactOptional(time.check(describe('Absent if it has no end.'))),
    fromBytes: bytes,
    toBytes: bytes,
  }),
);

export const fileProgress = z.strictObject({
  path: z.string().check(describe('In the repo, with slashes.')),
  sizeBytes: bytes,
  downloadedBytes: bytes,
  hashedBytes: bytes.check(describe('How many bytes have been hashed.')),
});
const bytesPerSecond = z.int().check(z.positive());
/** Only present with an engine that really downloads. */
const details = {
  phase: z.exactOptional(
    z.enum(downloadPhases).check(describe('What it is doing; absent unless it is `downloading`.')),
  ),
  repo: z.exactOptional(z.string().check(describe("`owner/repo`, in the hub's spelling."))),
  commit: z.exactOptional(
    z.string().check(describe('The commit that is downloaded, 40 hex digits; it never changes.')),
  ),
  quantization: z.exactOptional(z.string().check(describe('The chosen label.'))),
  files: z.exactOptional(z.array(fileProgress)),
  connections: z.exactOptional(count.check(describe('Open requests for bytes.'))),
  queuePosition: z.exactOptional(count.check(describe('Its place in the queue, from 0.'))),
  limit: z.exactOptional(
    bytesPerSecond.check(describe('Bytes per second; absent if only the limit of all downloads applies.')),
  ),
};

const code = z.enum(failureCodes);
const jobFields = {
  id: z.string(),
  model: z.string().check(
    z.meta({
      description: 'The identity of the downloaded model: a catalog id, or `owner/repo@quantization`, lower-case.',
      examples: ['ibm/granite-4-micro'],
    }),
  ),
  totalBytes: bytes,
  downloadedBytes: bytes,
  startedAt: time,
  aheadMs: z.exactOptional(
    count.check(describe("How many ms polls have advanced it beyond the session's clock (mode `polls`).")),
  ),
  isHeld: z.exactOptional(
    z
      .literal(true)
      .check(describe('It is held at this moment: it stays there until it is resumed, or control moves the clock.')),
  ),
  ...details,
  timeline: z
    .array(stretch)
    .check(
      describe('What happens to it from its start on, unless a caller intervenes; empty if that cannot be predicted.'),
    ),
};
export const jobStates = {
  downloading: z.strictObject({
    ...jobFields,
    state: z.literal('downloading'),
    bytesPerSecond: z.number().check(z.nonnegative(), describe('Over the last 10 s; 0 when nothing moves.')),
    estimatedCompletion: z.exactOptional(time.check(describe('Absent exactly when the speed is 0.'))),
  }),
  paused: z.strictObject({
    ...jobFields,
    state: z.literal('paused'),
    code: z.exactOptional(code.check(describe('Why it paused by itself; absent if a control call paused it.'))),
    reason: z.exactOptional(z.string()),
  }),
  completed: z.strictObject({ ...jobFields, state: z.literal('completed'), completedAt: time }),
  failed: z.strictObject({ ...jobFields, state: z.literal('failed'), code, reason: z.string(), failedAt: time }),
};
const { downloading, paused, completed, failed } = jobStates;
export const jobReport = schemaOf<JobReport>()(z.discriminatedUnion('state', [downloading, paused, completed, failed]));

export const bandwidth = schemaOf<BandwidthLimit>()(
  z.strictObject({ bytesPerSecond: z.nullable(bytesPerSecond).check(describe('`null` for no limit.')) }),
);
export const removedModel = schemaOf<RemovedModel>()(
  z.strictObject({
    key: z.string(),
    files: z.array(z.string()).check(describe('Absolute paths.')),
    bytes,
  }),
);
export const alreadyDownloaded = z.strictObject({ state: z.literal('already_downloaded') });

export const faultStatus = schemaOf<FaultStatus>()(
  z.strictObject({
    id: z.string(),
    ...faultSchema.shape,
    addedAt: time,
    seen: count.check(describe('How many calls matched: `nth` and `chance` count these.')),
    fired: count.check(describe('How many calls it has changed.')),
    ended: z.boolean().check(describe('Whether it has changed as many calls as it should.')),
  }),
);

export const installedModel = schemaOf<InstalledModel>()(
  z.strictObject({
    key: z.string().check(describe('The name to load it by.')),
    type: z.enum(['llm', 'embedding', 'decision']),
    publisher: z.string(),
    displayName: z.string(),
    architecture: z.exactOptional(z.string()),
    mixtureOfExperts: z.exactOptional(z.literal(true)),
    quantization: z.exactOptional(z.strictObject({ name: z.string(), bitsPerWeight: z.number() })),
    sizeBytes: bytes,
    params: z.exactOptional(z.string()),
    maxContextLength: count,
    format: z.enum(['gguf', 'mlx']),
    capabilities: z.exactOptional(
      z.strictObject({
        vision: z.boolean(),
        toolUse: z.boolean(),
        reasoning: z.exactOptional(z.strictObject({ options: z.array(z.string()), preset: z.string() })),
      }),
    ),
    decisionType: z.exactOptional(z.string()),
    hasVisionAdapter: z.exactOptional(z.boolean()),
    description: z.exactOptional(z.string()),
    variants: z.exactOptional(z.array(z.string())),
    selectedVariant: z.exactOptional(z.string()),
    unreadFields: z.exactOptional(
      z
        .array(z.enum(['architecture', 'maxContextLength', 'quantization']))
        .check(describe('Fields that are null in the list of models.')),
    ),
    loadDefaults: z.exactOptional(
      z
        .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
        .check(describe("Further settings of its instances, in LM Studio's spelling.")),
    ),
  }),
);

export const sessionEntry = schemaOf<SessionEntry>()(
  z.strictObject({ session: sessionName, idleMs: count.check(describe('Wall time since the last call.')) }),
);

const refusalsOfHub = [
  'bad_token',
  'gated_no_token',
  'gated_not_on_list',
  'repo_disabled',
  'missing_or_private',
  'unsafe_path',
  'model_busy',
  'unrecorded_files',
  'hub_error',
  'redirect_refused',
  'proxy_auth',
  'hub_unavailable',
  'offline',
  'insufficient_space',
  'disk_error',
] as const;

export const problem = z.strictObject({
  error: z.strictObject({
    code: schemaOf<ControlErrorCode>()(
      z.enum([
        'invalid_request',
        'bad_snapshot',
        'forbidden',
        'not_found',
        'not_allowed',
        'timeout',
        'never',
        'time_travel',
        'wrong_job_state',
        'session_exists',
        'internal_error',
        'too_many_sessions',
        'unsupported',
        ...refusalsOfHub,
      ]),
    ).check(describe('For programs to branch on.')),
    message: z.string().check(describe('For people: what could not be done, with the value, and what to do.')),
  }),
});
