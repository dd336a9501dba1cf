import type { Finding, Rule } from './finding.js';
import { cameAfter, groupBy, idsOf, isPlaceholder, type ReadCall } from './read-call.js';

/** One more poll after the final state is tolerated: it may have been on its way, or a second component looks once. */
const TOLERATED_AFTER_END = 1;
/** Two more polls after a 404 are tolerated: a proxy or a restarting server may not know a job for a moment. */
const TOLERATED_AFTER_404 = 2;

/** Finds polls that continue after the final state. */
export const latePolls: Rule = (calls, { isFormerJob }) => {
  const byJob = groupBy(calls, ({ statusOf }) => (statusOf && !isPlaceholder(statusOf) ? statusOf : undefined));
  const byModel = groupBy(calls, ({ asksFor }) => asksFor && nameOf(asksFor));
  return [
    ...[...byJob].flatMap(([job, polls]) => afterFinalState(job, polls)),
    ...[...byModel].flatMap(([model, starts]) => afterAlreadyDownloaded(model, starts)),
    ...[...byJob].flatMap(([job, polls]) => (isFormerJob?.(job) ? afterReset(job, polls) : afterNotFound(job, polls))),
  ];
};

function afterFinalState(job: string, polls: readonly ReadCall[]): Finding[] {
  const isFinal = ({ reported }: ReadCall): boolean =>
    reported?.status === 'completed' || reported?.status === 'failed';
  const { last, later } = longestAfterlife(polls, isFinal, ({ reported }) => reported !== undefined);
  if (!last || later.length <= TOLERATED_AFTER_END) return [];
  return [
    {
      ...POLLED_ON,
      title: `Job ${job} was polled ${later.length} more times after the answer ${last.reported!.status}`,
      entries: idsOf([last, ...later]),
    },
  ];
}

/** Finds the same for clients that poll by requesting the download again. */
function afterAlreadyDownloaded(model: string, starts: readonly ReadCall[]): Finding[] {
  const isFinal = ({ reported }: ReadCall): boolean => reported?.status === 'already_downloaded';
  const { last, later } = longestAfterlife(starts, isFinal, ({ reported }) => reported !== undefined);
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
  impact: 'The state is final: the client keeps a timer running and a server busy, forever if it is not closed.',
  fix: 'Stop polling on completed, failed and already_downloaded.',
  judged: true,
} as const;

/** Finds a poller that a test has left over: one poll may have been on its way when the session was reset. */
function afterReset(job: string, polls: readonly ReadCall[]): Finding[] {
  if (polls.length < 2) return [];
  return [
    {
      id: 'polling-unknown-job',
      title: `Job ${job} was polled ${polls.length} times after a reset had ended it`,
      entries: idsOf(polls),
      impact: 'A poller of an earlier test still runs: its calls and its state get mixed with those of this test.',
      fix: 'End polling when a test ends: unmount the component, or abort the signal of the client.',
      judged: true,
    },
  ];
}

function afterNotFound(job: string, polls: readonly ReadCall[]): Finding[] {
  const { last, later } = longestAfterlife(
    polls,
    ({ entry }) => entry.status === 404,
    ({ reported }) => reported !== undefined,
  );
  if (!last || later.length <= TOLERATED_AFTER_404) return [];
  return [
    {
      id: 'polling-unknown-job',
      title: `Job ${job} was polled ${later.length} more times after the answer that there is no such job`,
      entries: idsOf([last, ...later]),
      impact:
        'LM Studio forgets its jobs when it is restarted: the client would wait for a download that no longer exists.',
      fix: 'Treat 404 as an end: call POST /api/v1/models/download again, or inform the user.',
      judged: true,
    },
  ];
}

interface Afterlife {
  /** The call whose answer was final. */
  last?: ReadCall;
  /** The polls made after the client had that answer. */
  later: readonly ReadCall[];
}

/**
 * Finds the longest run of polls after a final answer. A restored session or a removed model takes the answer back:
 * then counting starts anew.
 */
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
