import { requireNode } from './set-up/node-version.mjs';

// npm run check: runs all checks that do not execute the code.

requireNode();
import('./set-up.mjs').then(({ setUp, fail }) =>
  setUp()
    .then(() => import('./check/checks.mjs'))
    .then(({ runChecks }) => runChecks())
    .then((allOk) => {
      process.exitCode = allOk ? 0 : 1;
    })
    .catch(fail),
);
