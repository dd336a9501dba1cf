import { downloadAnswer, jobStatus, modelList, releasedDownloadAnswer } from '../../contract/answers.js';
import { profiles, type ProfileName } from '../../contract/profiles.js';
import { differencesFrom, type Expectation } from '../expectation.js';
import type { Received } from '../exchange.js';
import { statusOf, type Life, type Poll } from '../life.js';
import type { ContractRow } from '../row.js';

/** What a download shows about a row: whether it holds, where it does not, or why that cannot be decided. */
export type LifeJudgement =
  { differences: readonly string[]; found: Received; expected: string } | { notTried: string } | 'holds';

/** A row that the life of a download decides. */
export interface LifeRow extends ContractRow {
  judge: (life: Life, profile: ProfileName) => LifeJudgement;
}

/** Dates are cut to milliseconds, and a speed is an average: so much may be between two computations of one moment. */
const ESTIMATE_TOLERANCE_MS = 1000;

/** A download from its start to its end. */
export const lifeRows: readonly LifeRow[] = [
  {
    id: 'start',
    source: 'documented',
    sentence: 'A start answers 200 with the job, in the fields of the profile.',
    judge: ({ started }, profile) => {
      const schema = profiles[profile].countersInDownloadAnswer ? downloadAnswer : releasedDownloadAnswer;
      return fits(started.received, { status: 200, schema: { name: `a start in the profile ${profile}`, schema } });
    },
  },
  {
    id: 'job-id',
    source: 'observed',
    sentence: 'The id of a job is job_ and ten hex digits.',
    judge: ({ started: { job, received } }) => {
      if (job.status === 'already_downloaded') return { notTried: 'the model is there already' };
      if (typeof job.job_id === 'string' && /^job_[\da-f]{10}$/.test(job.job_id)) return 'holds';
      return differs(received, 'job_ and ten hex digits', [`job_id: found ${JSON.stringify(job.job_id)}`]);
    },
  },
  {
    id: 'status',
    source: 'documented',
    sentence: 'The status of a job has the documented fields in each of its states.',
    judge: ofPolls(({ polls }) =>
      firstDifference(polls, ({ received }) =>
        fits(received, { status: 200, schema: { name: 'the status of a job, as documented', schema: jobStatus } }),
      ),
    ),
  },
  {
    id: 'status-is-of-the-job',
    source: 'documented',
    sentence: 'Every answer about a job has its id, its size and its start.',
    judge: ofPolls(({ started, polls }) =>
      firstDifference(polls, ({ received, job }) =>
        compare(
          received,
          ['job_id', 'total_size_bytes', 'started_at'].flatMap((name) =>
            job[name] === started.job[name]
              ? []
              : [`${name}: expected ${JSON.stringify(started.job[name])}, found ${JSON.stringify(job[name])}`],
          ),
          'the id, size and start of the first answer',
        ),
      ),
    ),
  },
  {
    id: 'bytes-never-fall',
    source: 'documented',
    sentence: 'The bytes of a download never fall, and never exceed its size.',
    judge: ofPolls(({ polls }) => {
      let most = 0;
      return firstDifference(polls, ({ received, job }) => {
        const bytes = Number(job.downloaded_bytes ?? 0);
        const least = most;
        most = Math.max(most, bytes);
        const differences = [
          ...(bytes < least ? [`downloaded_bytes: ${least} before, ${bytes} now`] : []),
          ...(bytes > Number(job.total_size_bytes)
            ? [`downloaded_bytes: ${bytes} of ${String(job.total_size_bytes)}`]
            : []),
        ];
        return compare(received, differences, `at least ${least} bytes, and no more than the size`);
      });
    }),
  },
  {
    id: 'estimate',
    source: 'documented',
    sentence: 'The estimate is the present plus the rest over the speed: it is never in the past.',
    judge: judgeEstimates,
  },
  {
    id: 'estimate-needs-speed',
    source: 'inferred',
    settles: ['estimateNeedsSpeed', 'waitingIsDownloading'],
    sentence: 'A download has an estimate exactly while its speed is above 0.',
    judge: (life) => {
      const downloading = life.polls.filter((poll) => statusOf(poll) === 'downloading');
      if (downloading.length === 0) return { notTried: 'no answer said downloading' };
      return firstDifference(downloading, ({ received, job }) => {
        const isMoving = Number(job.bytes_per_second) > 0;
        const differs = isMoving !== (job.estimated_completion !== undefined);
        const difference = isMoving
          ? 'estimated_completion: absent while bytes move'
          : 'estimated_completion: there at speed 0';
        return compare(received, differs ? [difference] : [], 'an estimate exactly while the speed is above 0');
      });
    },
  },
  {
    id: 'finalizing',
    source: 'inferred',
    settles: ['finalizingIsDownloading'],
    sentence: 'While a file is checked, its job is downloading with all its bytes.',
    judge: ({ polls }) =>
      polls.some((poll) => statusOf(poll) === 'downloading' && poll.job.downloaded_bytes === poll.job.total_size_bytes)
        ? 'holds'
        : { notTried: 'no answer came between the last byte and the end' },
  },
  {
    id: 'second-start',
    source: 'observed',
    sentence: 'A second start of a running download answers the same job.',
    judge: ({ started, startedAgain }) => {
      if (!startedAgain) return { notTried: 'it was over before a second start' };
      const { received, job } = startedAgain;
      // It may have completed meanwhile.
      if (job.status === 'already_downloaded') return { notTried: 'it was over before a second start' };
      const differences = differencesFrom({ status: 200 }, received);
      if (job.job_id !== started.job.job_id) differences.push(`job_id: found ${JSON.stringify(job.job_id)}`);
      return compare(received, differences, `200, with the job ${String(started.job.job_id)}`);
    },
  },
  {
    id: 'completed',
    source: 'documented',
    sentence: 'A completed download has all its bytes, and a completion no earlier than its start.',
    judge: ofCompleted(({ polls }) => {
      const { received, job } = polls.at(-1)!;
      const differences = [
        ...(job.downloaded_bytes === job.total_size_bytes
          ? []
          : [`downloaded_bytes: ${String(job.downloaded_bytes)} of ${String(job.total_size_bytes)}`]),
        ...(Date.parse(String(job.completed_at)) >= Date.parse(String(job.started_at))
          ? []
          : [`completed_at: found ${JSON.stringify(job.completed_at)}`]),
      ];
      return compare(received, differences, 'all bytes, and completed_at no earlier than started_at');
    }),
  },
  {
    id: 'stays-completed',
    source: 'documented',
    sentence: 'A completed download stays as it is.',
    judge: ofCompleted(({ polls, polledAfter }) => {
      const expected = polls.at(-1)!.received.body;
      const { received } = polledAfter!;
      return compare(received, received.body === expected ? [] : ['body: it has changed'], expected);
    }),
  },
  {
    id: 'already-downloaded',
    source: 'observed',
    sentence: 'A start of what is there answers {"status":"already_downloaded"} and nothing else.',
    judge: (life) => {
      const answer = life.startedAfter ?? (life.started.job.job_id === undefined ? life.started : undefined);
      if (!answer) return { notTried: life.stopped ?? 'the download did not complete' };
      return fits(answer.received, { status: 200, json: { status: 'already_downloaded' } });
    },
  },
  {
    id: 'listed-afterwards',
    source: 'documented',
    sentence: 'A completed download is listed among the models.',
    judge: ofCompleted(({ listedBefore, listedAfter }) => {
      const received = listedAfter!;
      const differences = differencesFrom(
        { status: 200, schema: { name: 'the list of models', schema: modelList } },
        received,
      );
      if (differences.length === 0 && received.body === listedBefore.body)
        differences.push('models: the same as before');
      return compare(received, differences, 'one model more than before');
    }),
  },
  {
    id: 'failed-is-unexplained',
    source: 'inferred',
    settles: ['failedJobsAreUnexplained'],
    sentence: 'A failed download has no field of its own, but a text in `error` where the server explains failures.',
    judge: ({ polls }) => {
      const last = polls.at(-1);
      if (!last || statusOf(last) !== 'failed') return { notTried: 'the download did not fail' };
      return fits(last.received, { schema: { name: 'a failed job', schema: jobStatus } });
    },
  },
  {
    id: 'no-such-quantization',
    source: 'inferred',
    settles: ['missingQuantizationMessage'],
    sentence: 'A quantization that a repo lacks is a 404 that lists those it has.',
    judge: ({ noQuantization, model }) => {
      if (!noQuantization) return { notTried: 'the model is not a link' };
      const start = `No compatible download options found for hugging face URL ${model}`;
      return fits(noQuantization, {
        status: 404,
        error: { type: 'model_not_found', message: new RegExp(`^${escape(start)}.*Available quantizations: `, 's') },
      });
    },
  },
];

function judgeEstimates({ polls }: Life): LifeJudgement {
  const estimated = polls.filter(({ job }) => typeof job.estimated_completion === 'string');
  if (estimated.length === 0) return { notTried: 'no answer had an estimate' };
  // The server's clock need not be ours: the present is what the estimate was computed from.
  let latest = -Infinity;
  return firstDifference(estimated, ({ received, job }) => {
    const rest = Number(job.total_size_bytes) - Number(job.downloaded_bytes);
    const restMs = (1000 * rest) / Number(job.bytes_per_second);
    const present = Date.parse(String(job.estimated_completion)) - restMs;
    const earliest = Math.max(latest, Date.parse(String(job.started_at)));
    latest = Math.max(latest, present);
    const isPast = !(present >= earliest - ESTIMATE_TOLERANCE_MS - restMs / 100);
    const atLeast = new Date(earliest + restMs);
    const expected = Number.isNaN(atLeast.getTime())
      ? 'an estimate'
      : `an estimate no earlier than ${atLeast.toISOString()}`;
    return compare(
      received,
      isPast ? [`estimated_completion: found ${String(job.estimated_completion)}`] : [],
      expected,
    );
  });
}

function ofPolls(judge: (life: Life) => LifeJudgement): LifeRow['judge'] {
  return (life) => (life.polls.length === 0 ? { notTried: whyNoPolls(life) } : judge(life));
}

function ofCompleted(judge: (life: Life) => LifeJudgement): LifeRow['judge'] {
  return (life) => {
    const { polls, listedAfter, stopped } = life;
    if (polls.length === 0) return { notTried: whyNoPolls(life) };
    if (listedAfter) return judge(life);
    return { notTried: stopped ?? `the download ended as ${statusOf(polls.at(-1)!) ?? 'nothing that is documented'}` };
  };
}

function whyNoPolls({ started }: Life): string {
  return started.job.status === 'already_downloaded' ? 'the model is there already' : 'the start gave no job';
}

function fits(received: Received, expected: Expectation): LifeJudgement {
  const { status, schema, json, error } = expected;
  const body = json === undefined ? (schema?.name ?? JSON.stringify(error, showPattern)) : JSON.stringify(json);
  return compare(received, differencesFrom(expected, received), [status, body].filter(Boolean).join(' '));
}

function showPattern(_: string, value: unknown): unknown {
  return value instanceof RegExp ? String(value) : value;
}

function compare(received: Received, differences: readonly string[], expected: string): LifeJudgement {
  return differences.length === 0 ? 'holds' : differs(received, expected, differences);
}

function differs(found: Received, expected: string, differences: readonly string[]): LifeJudgement {
  return { differences, found, expected };
}

function firstDifference(polls: readonly Poll[], judge: (poll: Poll) => LifeJudgement): LifeJudgement {
  for (const poll of polls) {
    const judgement = judge(poll);
    if (judgement !== 'holds') return judgement;
  }
  return 'holds';
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
