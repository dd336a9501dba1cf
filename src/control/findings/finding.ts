import type { JobSnapshot } from '../../core/job.js';
import type { ReadCall } from './read-call.js';

/** Every kind of finding there is. */
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
] as const;
export type FindingId = (typeof findingIds)[number];

/** Something a client does wrong, as far as the journal shows. */
export interface Finding {
  id: FindingId;
  /** The observation, with the path, job or model in question. */
  title: string;
  /** The ids of the journal's entries it rests on. */
  entries: readonly number[];
  /** What it means with a real LM Studio. */
  impact: string;
  fix: string;
  /** Or why it cannot be judged. */
  judged: true | { notJudged: string };
}

export interface FindingContext {
  /** The session's jobs as they stand. */
  jobs: readonly JobSnapshot[];
  /** Whether the engine made up a model from its name. */
  isMadeUp: (asked: NonNullable<ReadCall['asksFor']>) => boolean;
}

/** Looks for one family of mistakes. Calls are in the order in which they came. */
export type Rule = (calls: readonly ReadCall[], context: FindingContext) => Finding[];
