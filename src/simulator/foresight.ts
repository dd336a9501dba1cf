import { MAX_TIME } from '../core/clock.js';
import type { Condition, Foresight, Transition } from '../core/foresight.js';
import type { JobSnapshot } from '../core/job.js';
import type { JobStretch } from '../core/simulation.js';
import type { JobStore } from '../core/store.js';
import { playUntil, snapshotAt, type Play, type SimulatedJob } from './job.js';
import { bytesAt, firstMoment, type Segment } from './timeline.js';

type JobCondition = Exclude<Condition, string>;

/** The observable state of a stretch of a scenario. */
type Look = 'moving' | 'stalled' | 'finalizing' | 'paused' | 'failed' | 'completed';

interface Change {
  /** The scenario time. */
  elapsed: number;
  look: Look;
  before: Look;
}

/**
 * Looks ahead in the scenarios of all jobs: inside one segment by bisection, never by stepping. A job that is held at a moment
 * is taken to go on: to move the clock, which is what most looks ahead are for, releases it.
 */
export function createForesight(store: JobStore<SimulatedJob>, timeOf: (job: SimulatedJob) => number): Foresight {
  return {
    when: async (condition) => {
      if (condition === 'next-transition') return nextTransition();
      if (condition === 'idle') return idle();
      const job = await store.get(condition.job);
      if (!job) return { never: `there is no job ${condition.job}` };
      const now = timeOf(job);
      if (holds(snapshotAt(job, now), condition)) return { at: now - aheadOf(job) };
      const found = whenJob(job, playUntil(job, now), condition);
      return 'elapsed' in found ? { at: found.elapsed + found.offset - aheadOf(job) } : found;
    },
    transitions: async (from, to, jobId) => {
      const crossed: Transition[] = [];
      const only = jobId === undefined ? undefined : await store.get(jobId);
      const jobs = jobId === undefined ? store.list() : only ? [only] : [];
      for await (const job of jobs) crossed.push(...transitionsOf(job, from + aheadOf(job), to + aheadOf(job)));
      return crossed.sort((one, other) => one.at - other.at);
    },
  };

  async function nextTransition(): Promise<{ at: number } | { never: string }> {
    let at = Infinity;
    for await (const job of store.list()) {
      const play = playUntil(job, timeOf(job));
      if (play.held === 'pause' || play.ended) continue;
      const next = changesOf(play).find(({ elapsed }) => elapsed > play.elapsed);
      if (next) at = Math.min(at, next.elapsed + play.offset - aheadOf(job));
    }
    return at < Infinity ? { at } : { never: 'no job will change by itself' };
  }

  /** Follows the stretches in which any job downloads, in order, until there is a gap. */
  async function idle(): Promise<{ at: number } | { never: string }> {
    let now = 0;
    const busy: { from: number; to: number; job: SimulatedJob; play: Play }[] = [];
    for await (const job of store.list()) {
      const play = playUntil(job, timeOf(job));
      now = timeOf(job) - aheadOf(job);
      if (play.held === 'pause' || play.ended) continue;
      const shift = play.offset - aheadOf(job);
      for (const segment of play.timeline.segments) {
        if (segment.to > play.elapsed && isDownloading(segment)) {
          busy.push({ from: Math.max(segment.from + shift, now), to: segment.to + shift, job, play });
        }
      }
    }
    let at = now;
    for (const { from, to, job, play } of busy.sort((one, other) => one.from - other.from)) {
      if (from > at) break;
      at = Math.max(at, to);
      if (at === Infinity) return { never: fateOf(job, play) };
    }
    return { at };
  }
}

/** How far polls have advanced a job beyond the session's clock. */
function aheadOf({ ahead = 0 }: SimulatedJob): number {
  return ahead;
}

/**
 * Lists the transitions of one job after `from`, up to and including `to`, on the job's own clock. Control calls on the
 * way are included: between two interventions the scenario runs as it was then.
 */
function transitionsOf(job: SimulatedJob, from: number, to: number): Transition[] {
  const interventions = job.interventions ?? [];
  const crossed: Transition[] = [];
  let start = from;
  for (let count = 0; count <= interventions.length && start <= to; count++) {
    const end = Math.min(to, interventions[count]?.at ?? to);
    if (end <= start && count < interventions.length) continue;
    const play = playUntil({ ...job, interventions: interventions.slice(0, count) }, end);
    if (!play.held && !play.ended) crossed.push(...changesBetween(job, play, start, end));
    start = Math.max(start, end);
  }
  return crossed;
}

function changesBetween(job: SimulatedJob, play: Play, from: number, to: number): Transition[] {
  return changesOf(play)
    .map((change) => ({ change, at: change.elapsed + play.offset }))
    .filter(({ at }) => at > from && at <= to)
    .map(({ change, at }) => ({ at: at - aheadOf(job), job: job.id, model: job.model, type: typeOf(change) }));
}

function holds({ state, downloadedBytes, totalBytes }: JobSnapshot, condition: JobCondition): boolean {
  if ('status' in condition) return state === condition.status;
  return downloadedBytes >= ('bytes' in condition ? condition.bytes : condition.progress * totalBytes);
}

function whenJob(
  job: SimulatedJob,
  play: Play,
  condition: JobCondition,
): { elapsed: number; offset: number } | { never: string } {
  const elapsed = play.held === 'pause' || play.ended ? undefined : scenarioTimeWhen(job, play, condition);
  return elapsed === undefined ? { never: fateOf(job, play) } : { elapsed, offset: play.offset };
}

function scenarioTimeWhen(job: SimulatedJob, play: Play, condition: JobCondition): number | undefined {
  const { segments, end } = play.timeline;
  // A segment without length is never a job's state.
  const ahead = segments.filter(({ from, to }) => to > Math.max(from, play.elapsed));
  if ('status' in condition) {
    if (condition.status === 'completed') return end < Infinity ? Math.max(end, play.elapsed) : undefined;
    const { status } = condition;
    const segment = ahead.find((each) => (status === 'downloading' ? isDownloading(each) : lookOf(each) === status));
    return segment && Math.max(segment.from, play.elapsed);
  }
  const target =
    'bytes' in condition
      ? condition.bytes
      : // The first whole byte at which the fraction is reached.
        Math.ceil(condition.progress * job.totalBytes);
  for (const segment of ahead) {
    const began = Math.max(segment.from, play.elapsed);
    const reached = (ms: number): boolean => bytesAt(segment, ms) >= target;
    if (reached(began - segment.from)) return began;
    // At the segment's end the next one applies already, and that may be after a rewind.
    const last = Math.min(segment.to - segment.from - 1, MAX_TIME);
    if (reached(last)) return segment.from + firstMoment(began - segment.from, last, reached);
  }
  return end < Infinity && job.totalBytes >= target ? Math.max(end, play.elapsed) : undefined;
}

/** Lists the stretches of a job's scenario in its present state, on the session's clock. @param now on the job's own */
export function stretchesOf(job: SimulatedJob, now: number): JobStretch[] {
  const { timeline, offset } = playUntil(job, now);
  const shift = offset - aheadOf(job);
  return timeline.segments.map(({ type, from, to, fromBytes, toBytes }) => ({
    type,
    from: from + shift,
    ...(to < Infinity && { to: to + shift }),
    fromBytes,
    toBytes,
  }));
}

/** Describes how a job's scenario ends. */
function fateOf(job: SimulatedJob, { timeline, held, ended, offset, elapsed }: Play): string {
  const share = (bytes: number): string => `${Math.floor((bytes / Math.max(1, job.totalBytes)) * 100)} %`;
  const date = (scenarioTime: number): string => {
    const at = scenarioTime + offset - aheadOf(job);
    return at > MAX_TIME ? 'after the year 9999' : new Date(at).toISOString();
  };
  if (ended) return `${job.id} has failed (${ended.code})`;
  if (held === 'pause') return `${job.id} is paused by a control call; resume it first`;
  const last = timeline.segments.at(-1);
  if (last === undefined || last.to < Infinity) return `${job.id} is completed from ${date(timeline.end)} on`;
  const tense = last.from <= elapsed ? 'since' : 'from';
  switch (last.type) {
    case 'fail':
      return `${job.id} fails at ${share(last.toBytes)} with ${last.code} (${date(last.from)})`;
    case 'pause':
      return `${job.id} is paused at ${share(last.toBytes)} ${tense} ${date(last.from)} until a control call resumes it`;
    default:
      return `${job.id} is ${lookOf(last)} at ${share(last.toBytes)} ${tense} ${date(last.from)} forever`;
  }
}

function changesOf({ timeline }: Play): Change[] {
  const changes: Change[] = [];
  // A job begins by moving; only a difference from that is a transition.
  let before: Look = 'moving';
  const turn = (elapsed: number, look: Look): void => {
    if (look !== before) changes.push({ elapsed, look, before });
    before = look;
  };
  for (const segment of timeline.segments) if (segment.to > segment.from) turn(segment.from, lookOf(segment));
  if (timeline.end < Infinity) turn(timeline.end, 'completed');
  return changes;
}

function typeOf({ look, before }: Change): Transition['type'] {
  return look === 'moving' && before === 'paused' ? 'resumed' : look;
}

function isDownloading(segment: Segment): boolean {
  return segment.type !== 'pause' && segment.type !== 'fail';
}

function lookOf(segment: Segment): Look {
  switch (segment.type) {
    case 'connect':
    case 'transfer':
    case 'trace':
      return 'moving';
    case 'stall':
      return 'stalled';
    case 'finalize':
      return 'finalizing';
    case 'pause':
      return 'paused';
    case 'fail':
      return 'failed';
  }
}
