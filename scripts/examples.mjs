import { requireNode } from './set-up/node-version.mjs';

// npm run examples: packs the package, installs the tarball into a copy of each project in examples, and runs its check.
// Names after -- choose some of them. It needs a registry.

requireNode();
import('./set-up.mjs').then(({ setUp, fail }) =>
  setUp()
    .then(() => import('./examples/run-examples.mjs'))
    .then(({ runExamples }) => runExamples(process.argv.slice(2)))
    .then((failed) => {
      process.exitCode = failed.length === 0 ? 0 : 1;
    })
    .catch(fail),
);
