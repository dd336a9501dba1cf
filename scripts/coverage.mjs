import { requireNode } from './set-up/node-version.mjs';

// npm run coverage: runs the tests that execute the source in their own process, and fails if too little of it was executed.
// The report is coverage/index.html; what is counted, and what is not, stands in CONTRIBUTING.md.

/** Tests that only start other programs: npm, the packed package, a server that is killed. They would add time, and no line. */
const SPAWNING = ['test/setup/**', 'test/package/**', 'test/repository/**', 'test/real/crashes/**', 'test/docs/**'];

requireNode();
import('./set-up.mjs').then(({ setUp, fail }) => setUp().then(runTests).catch(fail));

async function runTests() {
  const { inProject } = await import('./set-up/project.mjs');
  const { runNode } = await import('./set-up/run.mjs');
  const projects = ['node', 'apart', 'msw3'].flatMap((name) => ['--project', name]);
  const { code } = await runNode(inProject('node_modules/vitest/vitest.mjs'), [
    'run',
    '--coverage',
    ...projects,
    ...SPAWNING.flatMap((pattern) => ['--exclude', pattern]),
    ...process.argv.slice(2),
  ]);
  process.exitCode = code;
}
