import * as z from 'zod/mini';
import { failureCodes } from '../core/errors.js';
import { describeIssues } from '../core/issues.js';
import type { DownloadMoment } from '../core/simulation.js';
import { ScenarioError } from './scenario.js';

const statuses = ['downloading', 'paused', 'stalled', 'finalizing', 'completed', 'failed'] as const;

const TEXT = /^\s*(?:([a-z]+)\s*@?\s*)?(?:(\d{1,3}(?:\.\d+)?)\s*%)?\s*$/;
const EXPECTED =
  'a fraction from 0 to 1, a text such as "42%", "stalled" or "failed@50%", or an object with "progress", "status", "code" or "reason"';

const momentObject = z
  .strictObject({
    progress: z.exactOptional(z.number().check(z.minimum(0), z.maximum(1))),
    status: z.exactOptional(z.enum(statuses)),
    code: z.exactOptional(z.enum(failureCodes)),
    reason: z.exactOptional(z.string()),
  })
  .check(
    z.refine(
      ({ status, code, reason }) =>
        status === 'paused' || status === 'failed' || (code === undefined && reason === undefined),
      'a "status" of paused or failed beside "code" and "reason"',
    ),
  );

/** A moment as it may be spelled; texts are read by `parseMoment`. */
export const momentSchema = z.union(
  [
    z.number().check(z.minimum(0), z.maximum(1)),
    z.string().check(z.refine((text) => readText(text) !== undefined, EXPECTED)),
    momentObject,
  ],
  EXPECTED,
);

/** Reads a moment of a download. @param path of the value, for the error @throws ScenarioError */
export function parseMoment(input: unknown, path: string): DownloadMoment {
  // An object is checked by itself: a union would only say what is expected of all.
  const schema = typeof input === 'object' && input !== null ? momentObject : momentSchema;
  const { success, data, error } = schema.safeParse(input);
  if (!success)
    throw new ScenarioError(
      `Cannot use ${path} as a moment of a download:\n${describeIssues(error.issues, input, 'the moment')}`,
    );
  const given: z.infer<typeof momentSchema> = data;
  if (typeof given === 'number') return { progress: given };
  return typeof given === 'string' ? readText(given)! : given;
}

function readText(text: string): DownloadMoment | undefined {
  const [, status, percent] = TEXT.exec(text) ?? [];
  if (status === undefined && percent === undefined) return undefined;
  if (status !== undefined && !statuses.some((each) => each === status)) return undefined;
  if (percent !== undefined && Number(percent) > 100) return undefined;
  return {
    ...(status !== undefined && { status: status as DownloadMoment['status'] & string }),
    ...(percent !== undefined && { progress: Number(percent) / 100 }),
  };
}
