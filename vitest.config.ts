import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { SlowestFirst } from './test/slowest-first.js';

const [major, minor] = process.versions.node.split('.').map(Number) as [number, number];
const canRunMsw3 = major > 22 || (major === 22 && minor >= 12);

/** Guards against a test that hangs. No test depends on them: each waits for a condition, however long the machine takes. */
const guards = { testTimeout: 120_000, hookTimeout: 120_000, expect: { poll: { timeout: 60_000, interval: 10 } } };

/** Files that replace modules, or measure what their process holds: each needs a process of its own. */
const apart = [
  'test/control/events-bounds.test.ts',
  'test/control/fault-waits.test.ts',
  'test/hub/control.test.ts',
  'test/real/fault-matrix/**/*.test.ts',
];

export default defineConfig({
  test: {
    // One more than there are cores: many files wait for a process that they started.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: SlowestFirst },
    // Off, but for npm run coverage.
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      reporter: ['text-summary', 'json-summary', 'html'],
    },
    projects: [
      {
        test: {
          name: 'node',
          include: ['test/**/*.test.ts'],
          exclude: [...apart, 'test/browser/**', 'test/transports/without-msw3.test.ts'],
          // Loading the code under test anew for each file took longer than most of the tests.
          isolate: false,
          ...guards,
        },
      },
      { test: { name: 'apart', include: apart, ...guards } },
      {
        // The same handlers and the same tests, on the other major version of MSW that the package supports.
        resolve: { alias: [{ find: /^msw(?=\/|$)/, replacement: 'msw3' }] },
        test: {
          name: 'msw3',
          include: [canRunMsw3 ? 'test/transports/msw-*.test.ts' : 'test/transports/without-msw3.test.ts'],
          env: { EXPECTED_MSW_MAJOR: '3' },
          ...guards,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          ...guards,
        },
      },
    ],
  },
});
