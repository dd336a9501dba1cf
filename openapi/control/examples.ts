import type { Examples, RecordedExamples } from '../lm-studio/recorded-examples.js';
import recorded from './examples.json' with { type: 'json' };

const examples: RecordedExamples = recorded;

/** The request bodies that were sent to an operation, such as `put /clock`. */
export function bodyExamples(key: string): Examples {
  return examples[key]?.body ?? {};
}

export function answerExamples(key: string, status: number): Examples {
  return examples[key]?.[status] ?? {};
}
