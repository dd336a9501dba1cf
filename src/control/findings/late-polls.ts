import type { Finding, Rule } from './finding.js';
import { cameAfter, groupBy, idsOf, isPlaceholder, type ReadCall } from './read-call.js';

/** A poll may be on its way, or a second component may look once: one more call after the last word is no mistake. */
const TOLERATED_AFTER_END = 1;
/** A proxy or a server that comes up again may not know a job for a moment. */
const TOLERATED_AFTER_404 = 2;

/** Polls that go on when nothing can come any more. */
export const latePolls: Rule = (calls) => {
  const byJob = groupBy(calls, ({ statusOf }) => (statusOf && !isPlaceholder(statusOf) ? statusOf : undefined));
  const byModel = groupBy(calls, ({ asksFor }) => asksFor && nameOf(asksFor));
  return [
    ...[...byJob].flatMap(([job, polls]) => afterFinalState(job, polls)),
    ...[...byModel].flatMap(([model, starts]) => afterAlreadyDownloaded(model, starts)),
    ...[...byJob].flatMap(([job, polls]) => afterNotFound(job, polls)),
  ];
};

function afterFinalState(job: string, polls: readonly ReadCall[]): Finding[] {
  const isFinal = ({ told }: ReadCall): boolean => told?.status === 'completed' || told?.status === 'failed';
  const { last, later } = longestAfterlife(polls, isFinal, ({ told }) => told !== undefined);
  if (!last || later.length <= TOLERATED_AFTER_END) return [];
  return [
    {
      ...POLLED_ON,
      title: `Job ${job} was polled ${later.length} more times after the answer ${last.told!.status}`,
      entries: idsOf([last, ...later]),
    },
  ];
}

/** Some clients poll by asking for the model again. */
function afterAlreadyDownloaded(model: string, starts: readonly ReadCall[]): Finding[] {
  const isFinal = ({ told }: ReadCall): boolean => told?.status === 'already_downloaded';
  const { last, later } = longestAfterlife(starts, isFinal, ({ told }) => told !== undefined);
  if (!last || later.length <= TOLERATED_AFTER_END) return [];
  return [
    {
      ...POLLED_ON,
      title: `${model} was asked for ${later.length} more times after the answer already_downloaded`,
      entries: idsOf([last, ...later]),
    },
  ];
}

const POLLED_ON = {
  id: 'polling-after-final-state',
  impact: 'Nothing can change any more: the client keeps a timer and a busy server going, forever if it is not closed.',
  fix: 'Stop polling on completed, failed and already_downloaded.',
  judged: true,
} as const;

function afterNotFound(job: string, polls: readonly ReadCall[]): Finding[] {
  const { last, later } = longestAfterlife(
    polls,
    ({ entry }) => entry.status === 404,
    ({ told }) => told !== undefined,
  );
  if (!last || later.length <= TOLERATED_AFTER_404) return [];
  return [
    {
      id: 'polling-unknown-job',
      title: `Job ${job} was polled ${later.length} more times after the answer that there is no such job`,
      entries: idsOf([last, ...later]),
      impact: 'LM Studio forgets its jobs when it is restarted: the client would wait for a download that is gone.',
      fix: 'Take 404 for an end: ask POST /api/v1/models/download again, or tell the user.',
      judged: true,
    },
  ];
}

interface Afterlife {
  /** The call that was told the last word. */
  last?: ReadCall;
  /** The polls made after the client knew it. */
  later: readonly ReadCall[];
}

/** A last word may be taken back, when a session is restored or a model removed: then the count begins anew. */
function longestAfterlife(
  calls: readonly ReadCall[],
  isLast: (call: ReadCall) => boolean,
  isAnswer: (call: ReadCall) => boolean,
): Afterlife {
  let longest: Afterlife = { later: [] };
  let last: ReadCall | undefined;
  let later: ReadCall[] = [];
  for (const call of calls) {
    if (!last) {
      if (isLast(call)) last = call;
    } else if (cameAfter(call, last)) {
      if (isLast(call) || !isAnswer(call)) later.push(call);
      else [last, later] = [undefined, []];
    }
    if (last && later.length >= longest.later.length) longest = { last, later };
  }
  return longest;
}

function nameOf({ model, quantization }: NonNullable<ReadCall['asksFor']>): string {
  return quantization === undefined ? model : `${model} (${quantization})`;
}
