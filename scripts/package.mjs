import { requireNode } from './set-up/node-version.mjs';

// npm run package: builds, then packs what would be published, and prints the tarball's name. `npm pack` alone runs no
// scripts here (.npmrc), and would pack whatever dist holds.

requireNode();
import('./set-up.mjs').then(({ rebuild, fail }) => rebuild().then(packHere).catch(fail));

async function packHere() {
  const { pack } = await import('./check/pack.mjs');
  const { root } = await import('./set-up/project.mjs');
  console.log(await pack(root));
}
