/*
 * Writes src/hub/content/known-digests.ts: the sha256 of every large file of the hub's built-in repos. Run it after a
 * change of those repos or of how content is computed (`npm run build && node scripts/hub-digests.mjs`); unchanged
 * files are not hashed again.
 */
import { writeFile } from 'node:fs/promises';
import { contentId } from '../dist/hub/content/content.js';
import { createDigests, defaultDigestCache } from '../dist/hub/content/digests.js';
import { builtinRepos } from '../dist/hub/repos/builtin-repos.js';
import { createShelf } from '../dist/hub/repos/repo-store.js';

const digests = createDigests(defaultDigestCache());
const lines = new Map();
for (const { description, commits } of createShelf('modeldock', builtinRepos).list()) {
  for (const { files } of commits) {
    for (const file of files.values()) {
      if (file.storage === 'git') continue;
      const digest = await digests.sha256(file.source);
      lines.set(
        contentId(file.source),
        `  // ${description.id}/${file.path}, ${file.size}\n  '${contentId(file.source)}':\n    '${digest}',`,
      );
      console.log(`${digest}  ${description.id}/${file.path}`);
    }
  }
}
await digests.close();

const text = `/* Written by scripts/hub-digests.mjs. */

/** The sha256 of what the built-in repos hold under the default seed, by content id. */
export const knownDigests: Readonly<Record<string, string>> = {
${[...lines.values()].join('\n')}
};
`;
await writeFile(new URL('../src/hub/content/known-digests.ts', import.meta.url), text);
