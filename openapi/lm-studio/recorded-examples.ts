/*
 * The examples of the documents are recorded from a walk through all answers: `node scripts/record-openapi-examples.mjs`
 * writes them to the files examples.json, and a test fails when they are out of date.
 */

/** One value, with what it shows. */
export interface Example {
  summary: string;
  value: unknown;
}

/** Named values, as OpenAPI wants them. */
export type Examples = Record<string, Example>;

/** The examples of each operation, such as `put /clock`, by `body` and by the status of the answer. */
export type RecordedExamples = Record<string, Record<string, Examples>>;
