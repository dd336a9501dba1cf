import { defineConfig } from 'vitest/config';

const [major, minor] = process.versions.node.split('.').map(Number) as [number, number];
const canRunMsw3 = major > 22 || (major === 22 && minor >= 12);

/** Guards against a test that hangs. No test depends on them: each waits for a condition, however long the machine takes. */
const guards = { testTimeout: 60_000, hookTimeout: 60_000, expect: { poll: { timeout: 50_000, interval: 10 } } };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'node',
          include: ['test/**/*.test.ts'],
          exclude: ['test/browser/**', 'test/transports/without-msw3.test.ts'],
          ...guards,
        },
      },
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
