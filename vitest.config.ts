import { defineConfig } from 'vitest/config';

const [major, minor] = process.versions.node.split('.').map(Number) as [number, number];
/** What MSW 3 needs. */
const canRunMsw3 = major > 22 || (major === 22 && minor >= 12);

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'node',
          include: ['test/**/*.test.ts'],
          exclude: ['test/browser/**'],
        },
      },
      {
        // The same handlers and the same suite, on the other major of MSW that the package supports.
        resolve: { alias: [{ find: /^msw(?=\/|$)/, replacement: 'msw3' }] },
        test: {
          name: 'msw3',
          include: canRunMsw3 ? ['test/transports/msw-in-node.test.ts'] : [],
          env: { EXPECTED_MSW_MAJOR: '3' },
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          testTimeout: 20_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
