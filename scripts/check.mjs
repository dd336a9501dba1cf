import { requireNode } from './set-up/node-version.mjs';

// npm run check: everything that can be said about the code without running it.

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
