import { requireNode } from './set-up/node-version.mjs';

// npm run compatibility: installs the packed package into empty projects, and uses each entry with the versions of Node, MSW
// and TypeScript that it supports. It needs a registry, and a few minutes.

requireNode();
import('./set-up.mjs').then(({ setUp, fail }) =>
  setUp()
    .then(() => import('./compatibility/check-versions.mjs'))
    .then(({ checkVersions }) => checkVersions())
    .then((failed) => {
      process.exitCode = failed.length === 0 ? 0 : 1;
    })
    .catch(fail),
);
