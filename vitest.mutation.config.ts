import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * How mutants are tested (npm run mutation): the tests of the two folders, in one module graph, because loading it anew for
 * each of 24 files takes longer than running them.
 */
export default defineConfig({
  test: {
    include: ['test/{simulator,contract}/**/*.test.ts'],
    // Seconds for every mutant that lives, where the other files take milliseconds.
    exclude: ['test/simulator/foresight-properties.test.ts'],
    isolate: false,
    sequence: { sequencer: propertiesLast() },
  },
});

/** Most mutants are killed by a test with one example. Vitest would begin with the slowest file. */
function propertiesLast() {
  return class extends BaseSequencer {
    override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
      const isProperty = ({ moduleId }: TestSpecification) => moduleId.includes('properties');
      return [...files].sort((a, b) => Number(isProperty(a)) - Number(isProperty(b)));
    }
  };
}
