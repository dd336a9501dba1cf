import { requireNode } from './set-up/node-version.mjs';

// npm run build: installs what is missing, then compiles and generates, even if everything is up to date.

requireNode();
import('./set-up.mjs').then(({ rebuild, fail }) => rebuild().catch(fail));
