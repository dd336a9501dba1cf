import { requireNode } from './set-up/node-version.mjs';

// npm run mutation: runs mutation testing of the simulator and the contract, or of the files in the arguments (npm run
// mutation -- src/simulator/job.ts). The last results are in docs/mutation-testing.md.

requireNode();
import('./set-up.mjs').then(({ setUp, fail }) => setUp().then(mutate).catch(fail));

async function mutate() {
  const { inProject } = await import('./set-up/project.mjs');
  const { runNode } = await import('./set-up/run.mjs');
  const files = process.argv.slice(2);
  const { code } = await runNode(inProject('node_modules/@stryker-mutator/core/bin/stryker.js'), [
    'run',
    ...(files.length > 0 ? ['--mutate', files.join(',')] : []),
  ]);
  process.exitCode = code;
}
