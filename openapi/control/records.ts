import * as z from 'zod/mini';
import type { Decision } from '../../src/core/simulation.js';
import type { SessionEvent } from '../../src/control/events/events.js';
import { findingIds, type Finding } from '../../src/control/findings/finding.js';
import type { JournalEntry, JournalFault } from '../../src/control/journal/entry.js';
import type { JournalText } from '../../src/control/journal/text.js';
import { sessionName, time, transition } from './answers.js';
import { schemaOf } from './schema-of.js';

/* What the control API reports about calls: the journal, findings and events. */

const describe = (description: string) => z.meta({ description });
const count = z.int().check(z.nonnegative());
const text = z.exactOptional(z.string());

export const journalText = schemaOf<JournalText>()(
  z.strictObject({
    text: z.string().check(describe('Its first 8 kB at most, without secrets.')),
    bytes: count.check(describe('Its whole length; for a stream, what has passed so far.')),
    clipped: z.exactOptional(z.literal(true).check(describe('Set if the text is only the beginning.'))),
    unfinished: z.exactOptional(
      z
        .literal(true)
        .check(describe('Set for a stream without an end: it is still flowing, was cut off, or the client left.')),
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
        .check(describe('The other faults that applied, in order; each delayed the call.')),
    ),
    intended: z.exactOptional(
      z
        .strictObject({
          status: z.union([z.int(), z.literal('network error')]),
          body: z.exactOptional(journalText),
        })
        .check(describe("The api's own answer; absent if the api was not called.")),
    ),
  }),
);

export const journalEntry = schemaOf<JournalEntry>()(
  z.strictObject({
    id: count.check(describe('Increases in the order of arrival; never used twice in a session.')),
    session: sessionName,
    at: time,
    wall: z.int().check(describe("The same on the machine's clock.")),
    clock: z
      .strictObject({ mode: z.enum(['running', 'frozen', 'polls']), speed: z.number() })
      .check(describe("How the session's clock moved: virtual milliseconds per real one, 0 unless it was running.")),
    method: z.string(),
    path: z.string(),
    query: z.exactOptional(z.string().check(describe('Without the question mark; absent if it is empty.'))),
    route: z.exactOptional(z.string().check(describe('The documented route of the call; absent if there is none.'))),
    job: text,
    model: text,
    status: z
      .union([z.int(), z.enum(['network error', 'pending'])])
      .check(describe('The status that the client got; `pending` while it waits.')),
    durationMs: z.exactOptional(
      z.number().check(z.nonnegative(), describe('Wall time until the whole answer was sent; absent before.')),
    ),
    answeredBefore: z.exactOptional(
      count.check(describe('Calls with this id and later ones arrived when this one had been answered.')),
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
        .check(describe('Absent if there was none.')),
    ),
  }),
);

export const finding = schemaOf<Finding>()(
  z.strictObject({
    id: z.enum(findingIds),
    title: z.string().check(describe('What was observed, with the path, job or model.')),
    entries: z.array(count).check(describe('The ids of the journal entries that show it.')),
    impact: z.string().check(describe('The consequence with a real LM Studio.')),
    fix: z.string().check(describe('How to fix it.')),
    judged: z
      .union([z.literal(true), z.strictObject({ notJudged: z.string() })])
      .check(describe('`true`, or why it cannot be judged.')),
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

const id = count.check(describe('Increases by one; a gap means that events are no longer kept.'));
export const events = {
  transition: z.strictObject({ id, at: time, type: z.literal('transition'), transition }),
  decision: z.strictObject({ id, at: time, type: z.literal('decision'), decision }),
  call: z.strictObject({ id, at: time, type: z.literal('call'), call: journalEntry }),
};
export const sessionEvent = schemaOf<SessionEvent>()(
  z.discriminatedUnion('type', [events.transition, events.decision, events.call]),
);
