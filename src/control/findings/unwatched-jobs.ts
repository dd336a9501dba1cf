import type { JobSnapshot } from '../../core/job.js';
import type { Finding, Rule } from './finding.js';
import { cameAfter, groupBy, idsOf, type ReadCall } from './read-call.js';

/** After this many polls of other jobs since a job's last poll, it counts as no longer polled. */
const POLLS_OF_OTHERS = 3;

/** Finds jobs that the client started or polled, and abandoned before it saw their end. */
export const unwatchedJobs: Rule = (calls, { jobs }) => {
  const byJob = groupBy(calls, ({ reported }) => reported?.job);
  return jobs.flatMap((job) => {
    const reported = byJob.get(job.id);
    if (!reported || isLookedAt(job, reported.at(-1)!, calls) || hasSuccessor(job, jobs, byJob)) return [];
    return findingFor(job, reported, calls);
  });
};

function findingFor(job: JobSnapshot, reported: readonly ReadCall[], calls: readonly ReadCall[]): Finding[] {
  const last = reported.at(-1)!;
  const lastState = last.reported!.status;
  const base = { id: 'job-not-watched-to-its-end', entries: idsOf([last]) } as const;
  switch (lastState) {
    case 'completed':
    case 'failed':
      return [];
    case 'paused':
      break;
    default:
      if (job.state !== 'paused' && job.state !== 'failed') return [];
      return [
        {
          ...base,
          title: `Job ${job.id} (${job.model}) ${job.state === 'failed' ? 'failed' : 'was paused'}, and the client never saw it: the last state it got is ${lastState}`,
          impact: 'LM Studio sends no notification: the user would see a progress bar that never moves again.',
          fix: 'Poll every job that was started until its status is completed or failed.',
          judged: true,
        },
      ];
  }

  const pausedPolls = reported.filter((call) => call.reported!.status === 'paused').length;
  const paused = {
    ...base,
    title: `Job ${job.id} (${job.model}) was no longer polled once it was paused`,
    impact:
      'A paused download can be resumed in LM Studio at any time: the user would never see it resume, end or fail.',
    fix: 'Keep polling while a job is paused, if more slowly; only completed and failed are final.',
    judged: true,
  } as const;
  switch (job.state) {
    case 'completed':
    case 'failed':
      return [{ ...paused, title: `${paused.title}; it has ${job.state} since` }];
    case 'downloading':
      // A client that polled during the pause may not have had time to see its end.
      return pausedPolls > 1 ? [] : [{ ...paused, title: `${paused.title}; it is downloading again` }];
    case 'paused': {
      if (pausedPolls > 1) return [];
      if (pollsOfOthers(last, calls) >= POLLS_OF_OTHERS) return [paused];
      const notJudged =
        'It is still paused, and no later call shows more: resume it, and see whether the client continues.';
      return [{ ...paused, judged: { notJudged } }];
    }
  }
}

/** Whether a poll is in flight, or the client's last look at a paused job failed: then the client is still watching. */
function isLookedAt(job: JobSnapshot, last: ReadCall, calls: readonly ReadCall[]): boolean {
  return calls.some(
    (call) =>
      call.statusOf === job.id &&
      call.entry.id > last.entry.id &&
      (call.entry.status === 'pending' || job.state === 'paused'),
  );
}

/** Whether a newer job replaces a failed one: a client that knows the newer one has moved on. */
function hasSuccessor(job: JobSnapshot, jobs: readonly JobSnapshot[], known: ReadonlyMap<string, unknown>): boolean {
  return jobs.some((other) => other.model === job.model && other.startedAt > job.startedAt && known.has(other.id));
}

function pollsOfOthers(last: ReadCall, calls: readonly ReadCall[]): number {
  return calls.filter(
    (call) => call.statusOf !== undefined && call.statusOf !== last.reported!.job && cameAfter(call, last),
  ).length;
}
