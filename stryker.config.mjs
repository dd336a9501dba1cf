/**
 * Mutation testing (npm run mutation; docs/mutation-testing.md): Stryker changes the code of the simulator and the contract in
 * small ways, one at a time, and sees whether a test fails.
 */
export default {
  mutate: ['src/simulator/**/*.ts', 'src/contract/**/*.ts'],
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  // Not only the tests that import a mutated file: most reach it through the plain function.
  vitest: { configFile: 'vitest.mutation.config.ts', related: false },
  coverageAnalysis: 'perTest',
  // What runs once, when a module is loaded, belongs to no test: each such mutant would need all of them.
  ignoreStatic: true,
  disableTypeChecks: true,
  concurrency: 1,
  // A mutant that loops forever counts as found; a slow machine must not look like one.
  timeoutMS: 30_000,
  // Results are kept, and reused for what has not changed since: a part can be run at a time.
  incremental: true,
  incrementalFile: 'reports/mutation/incremental.json',
  reporters: ['clear-text', 'progress-append-only', 'html', 'json'],
  htmlReporter: { fileName: 'reports/mutation/mutation.html' },
  jsonReporter: { fileName: 'reports/mutation/mutation.json' },
  clearTextReporter: { allowColor: false, reportTests: false },
  ignorePatterns: ['docs', 'bench', 'dist', 'coverage', 'reports', '.github'],
};
