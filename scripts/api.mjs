import { requireNode } from './set-up/node-version.mjs';

// npm run api: builds, then writes docs/api, the listing of what each entry of the package exports.

requireNode();
import('./set-up.mjs').then(({ setUp, fail }) =>
  setUp()
    .then(() => import('./api/listings.mjs'))
    .then(({ writeListings }) => writeListings())
    .catch(fail),
);
