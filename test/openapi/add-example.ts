import type { Example, RecordedExamples } from '../../openapi/lm-studio/recorded-examples.js';

/** Adds an example to those of its operation, unless it shows the same as another. */
export function addExample(examples: RecordedExamples, operation: string, part: string, example: Example): void {
  const those = ((examples[operation] ??= {})[part] ??= {});
  if (Object.values(those).some((other) => JSON.stringify(other.value) === JSON.stringify(example.value))) return;
  const name = example.summary
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .slice(0, 60)
    .replace(/^_|_$/g, '');
  those[name] = example;
}
