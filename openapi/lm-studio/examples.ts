import type { Examples, RecordedExamples } from './recorded-examples.js';
import recorded from './examples.json' with { type: 'json' };

const examples: Record<keyof typeof recorded, RecordedExamples> = recorded;

/** The request bodies that were sent to an operation, such as `post /api/v1/models/load`. */
export function bodyExamples(key: string): Examples {
  return examples.documented[key]?.body ?? {};
}

/** @param counters `false` for what a profile answers that leaves them out of the answer to a download */
export function answerExamples(key: string, status: number, counters = true): Examples {
  return examples[counters ? 'documented' : 'lmstudio-0.4'][key]?.[status] ?? {};
}
