import type { JobSnapshot } from '../../core/job.js';
import type { ReadCall } from './read-call.js';

/** A kind of finding. docs/testing-a-client.md says what each of them means. */
export type FindingId =
  /** A path that no route knows, whose answer the client took for a success. */
  | 'unknown-route-taken-for-success'
  /** A path that no route knows. */
  | 'unknown-route'
  /** The status of a job named `undefined`, `null` or the like. */
  | 'status-of-undefined'
  /** Polls of a job that has completed or failed. */
  | 'polling-after-final-state'
  /** Polls of a job that is not there. */
  | 'polling-unknown-job'
  /** Polls in quick succession. */
  | 'polling-too-fast'
  /** A call made again before Retry-After allows it. */
  | 'ignored-retry-after'
  /** A job that the client started and left. */
  | 'job-not-watched-to-its-end'
  /** A link to a file where LM Studio takes links to repos. */
  | 'file-link-as-model'
  /** A quantization together with a catalog id. */
  | 'quantization-with-catalog-id'
  /** Calls without a token that got 401. */
  | 'missing-authorization'
  /** A call on which a model would run, where none can. */
  | 'inference-not-imitated'
  /** An upgrade to HTTP/2 in plain text, on which LM Studio hangs. */
  | 'upgrade-to-h2c'
  /** Polls at the moment at which LM Studio closes an idle connection. */
  | 'polling-at-keep-alive-limit'
  /** A catalog id that the catalog does not have. */
  | 'model-not-in-catalog'
  /** A model that was made up from its name. */
  | 'model-made-up'
  /** An answer of the server behind a proxy that is not what the contract says; the client has done nothing wrong. */
  | 'answer-differs-from-contract';

/** Every kind of finding, as data. */
export const findingIds = [
  'unknown-route-taken-for-success',
  'unknown-route',
  'status-of-undefined',
  'polling-after-final-state',
  'polling-unknown-job',
  'polling-too-fast',
  'ignored-retry-after',
  'job-not-watched-to-its-end',
  'file-link-as-model',
  'quantization-with-catalog-id',
  'missing-authorization',
  'inference-not-imitated',
  'upgrade-to-h2c',
  'polling-at-keep-alive-limit',
  'model-not-in-catalog',
  'model-made-up',
  'answer-differs-from-contract',
] as const satisfies readonly FindingId[];

/** A mistake of a client, as far as the journal shows. */
export interface Finding {
  id: FindingId;
  /** What was observed, with the path, job or model. */
  title: string;
  /** The ids of the journal entries that show it. */
  entries: readonly number[];
  /** The consequence with a real LM Studio. */
  impact: string;
  fix: string;
  /** Whether it is certain, or why it cannot be judged. */
  judged: true | { notJudged: string };
}

export interface FindingContext {
  /** The session's jobs in their current state. */
  jobs: readonly JobSnapshot[];
  /** Whether the engine made up a model from its name. */
  isMadeUp: (asked: NonNullable<ReadCall['asksFor']>) => boolean;
  /** Whether a job was there before the last reset. */
  isFormerJob?: (jobId: string) => boolean;
}

/** Finds one kind of mistake. Calls are in the order of their arrival. */
export type Rule = (calls: readonly ReadCall[], context: FindingContext) => Finding[];
