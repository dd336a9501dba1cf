import { requireNode } from './set-up/node-version.mjs';

// npm run coverage: runs the tests in Node and measures how much of src they execute in their own process. A run of all
// tests fails below the thresholds; one of a part (npm run coverage -- test/simulator) only reports. The report is
// coverage/index.html; docs/coverage.md says what is counted.

/** In percent. docs/coverage.md has the measured figures. */
const THRESHOLDS = { lines: 82, statements: 80, functions: 79, branches: 76 };

requireNode();
import('./set-up.mjs').then(({ setUp, fail }) => setUp().then(runTests).catch(fail));

async function runTests() {
  const { inProject } = await import('./set-up/project.mjs');
  const { runNode } = await import('./set-up/run.mjs');
  const part = process.argv.slice(2);
  const thresholds = Object.entries(THRESHOLDS).map(([what, percent]) => `--coverage.thresholds.${what}=${percent}`);
  const { code } = await runNode(inProject('node_modules/vitest/vitest.mjs'), [
    ...['run', '--coverage', '--project=!browser'],
    ...(part.length === 0 ? thresholds : part),
  ]);
  process.exitCode = code;
}
