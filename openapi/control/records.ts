import * as z from 'zod/mini';
import type { Decision } from '../../src/core/simulation.js';
import type { SessionEvent } from '../../src/control/events/events.js';
import { findingIds, type Finding } from '../../src/control/findings/finding.js';
import type { JournalEntry, JournalFault } from '../../src/control/journal/entry.js';
import type { JournalText } from '../../src/control/journal/text.js';
import { sessionName, time, transition } from './answers.js';
import { schemaOf } from './schema-of.js';

/* What the control API tells of calls: the journal, findings and events. */

const describe = (description: string) => z.meta({ description });
const count = z.int().check(z.nonnegative());
const text = z.exactOptional(z.string());

export const journalText = schemaOf<JournalText>()(
  z.strictObject({
    text: z.string().check(describe('Its first 8 kB at most, without secrets.')),
    bytes: count.check(describe('Its whole length; of a stream, what has passed.')),
    clipped: z.exactOptional(z.literal(true).check(describe('The text is only the beginning.'))),
    unfinished: z.exactOptional(
      z.literal(true).check(describe('A stream that has not ended: it still flows, was cut off, or the client left.')),
    ),
  }),
);

export const journalFault = schemaOf<JournalFault>()(
  z.strictObject({
    id: z.string(),
    type: z.string(),
    also: z.exactOptional(
      z
        .array(z.strictObject({ id: z.string(), type: z.string() }))
        .check(describe('The others that the call met, in the order in which they acted: each had it wait.')),
    ),
    intended: z.exactOptional(
      z
        .strictObject({
          status: z.union([z.int(), z.literal('network error')]),
          body: z.exactOptional(journalText),
        })
        .check(describe('What the api said; absent where it was not asked.')),
    ),
  }),
);

export const journalEntry = schemaOf<JournalEntry>()(
  z.strictObject({
    id: count.check(describe('Rises in the order in which the calls came; never used twice in a session.')),
    session: sessionName,
    at: time,
    wall: z.int().check(describe("The same on the machine's clock.")),
    clock: z
      .strictObject({ mode: z.enum(['running', 'frozen', 'polls']), speed: z.number() })
      .check(describe("How the session's clock moved: virtual milliseconds per real one, 0 unless it was running.")),
    method: z.string(),
    path: z.string(),
    query: z.exactOptional(z.string().check(describe('Without the question mark; absent where it is empty.'))),
    route: z.exactOptional(
      z.string().check(describe('The documented route that took the call; absent where none did.')),
    ),
    job: text,
    model: text,
    status: z
      .union([z.int(), z.enum(['network error', 'pending'])])
      .check(describe('What the client got; `pending` while it waits.')),
    durationMs: z.exactOptional(
      z.number().check(z.nonnegative(), describe('Wall time until the answer had gone out to its end; absent before.')),
    ),
    answeredBefore: z.exactOptional(
      count.check(describe('Calls with this id and later ones came when this one had its answer already.')),
    ),
    fault: z.exactOptional(journalFault.check(describe('The fault that changed the answer.'))),
    request: z.strictObject({
      headers: z.strictObject({
        authorization: text,
        connection: text,
        'content-type': text,
        origin: text,
        upgrade: text,
        'user-agent': text,
      }),
      body: z.exactOptional(journalText),
    }),
    answer: z.exactOptional(
      z
        .strictObject({
          headers: z.strictObject({ 'content-type': text, 'retry-after': text }),
          body: z.exactOptional(journalText),
        })
        .check(describe('Absent where there was none.')),
    ),
  }),
);

export const finding = schemaOf<Finding>()(
  z.strictObject({
    id: z.enum(findingIds),
    title: z.string().check(describe('What was seen, with the path, job or model in question.')),
    entries: z.array(count).check(describe("The ids of the journal's entries it rests on.")),
    impact: z.string().check(describe('What it means with a real LM Studio.')),
    fix: z.string().check(describe('What to do about it.')),
    judged: z
      .union([z.literal(true), z.strictObject({ notJudged: z.string() })])
      .check(describe('`true`, or why it cannot be told whether it is a mistake.')),
  }),
);

const jobDecision = { job: z.string(), model: z.string() };
export const decision = schemaOf<Decision>()(
  z.discriminatedUnion('type', [
    z.strictObject({ type: z.enum(['started', 'paused', 'resumed', 'cancelled', 'failed']), ...jobDecision }),
    z.strictObject({ type: z.literal('polled'), ...jobDecision, stepMs: count }),
    z.strictObject({ type: z.enum(['models', 'scenario']) }),
  ]),
);

const id = count.check(describe('Rises by one; a gap tells of events that are no longer kept.'));
export const events = {
  transition: z.strictObject({ id, at: time, type: z.literal('transition'), transition }),
  decision: z.strictObject({ id, at: time, type: z.literal('decision'), decision }),
  call: z.strictObject({ id, at: time, type: z.literal('call'), call: journalEntry }),
};
export const sessionEvent = schemaOf<SessionEvent>()(
  z.discriminatedUnion('type', [events.transition, events.decision, events.call]),
);
