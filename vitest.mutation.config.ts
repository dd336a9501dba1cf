import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * How mutants are tested (npm run mutation): the tests of the two folders, in one module graph, because loading it anew for
 * each of 24 files takes longer than running them.
 */
export default defineConfig({
  test: {
    include: ['test/{simulator,contract}/**/*.test.ts'],
    isolate: false,
    env: { MODELDOCK_FEWER_RUNS: '10' },
    sequence: { sequencer: propertiesLast() },
  },
});

/** Most mutants are killed by a test with one example. Vitest would begin with the slowest file. */
function propertiesLast() {
  return class extends BaseSequencer {
    override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
      const isProperty = ({ moduleId }: TestSpecification) => /properties|simultaneous/.test(moduleId);
      return [...files].sort((a, b) => Number(isProperty(a)) - Number(isProperty(b)));
    }
  };
}
