import recorded from '../examples.json' with { type: 'json' };
import type { Examples } from '../lm-studio/examples.js';

/*
 * The examples of the control API's document are recorded from a walk through all of its routes:
 * `node scripts/record-openapi-examples.mjs` writes them to openapi/examples.json.
 */

/** The examples of one operation, by `body` and by the status of the answer. */
export type RecordedExamples = Record<string, Record<string, Examples>>;

const examples: RecordedExamples = recorded;

/** The request bodies that were sent to an operation, such as `put /clock`. */
export function bodyExamples(key: string): Examples {
  return examples[key]?.body ?? {};
}

export function answerExamples(key: string, status: number): Examples {
  return examples[key]?.[status] ?? {};
}
