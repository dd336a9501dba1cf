import { requireNode } from './set-up/node-version.mjs';

// npm run package: builds, puts what would be published into .package, packs it, and prints the tarball's name. `npm pack`
// alone runs no scripts here (.npmrc), and would pack whatever dist holds, with scripts that npm warns users about.

requireNode();
import('./set-up.mjs').then(({ rebuild, fail }) => rebuild().then(packHere).catch(fail));

async function packHere() {
  const { pack } = await import('./check/pack.mjs');
  const { inProject, root } = await import('./set-up/project.mjs');
  console.log(await pack(root, inProject('.package')));
}
