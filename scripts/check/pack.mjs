import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stage } from '../release/stage.mjs';
import { SetUpError } from '../set-up/project.mjs';
import { runNpm } from '../set-up/run.mjs';

/**
 * Packs the package as it would be published into a folder, and answers with the path of the tarball.
 *
 * @param {string} folder
 * @param {string} [staged] where the published files stay; by default they are removed
 * @returns {Promise<string>}
 */
export async function pack(folder, staged) {
  const stageFolder = staged ?? (await mkdtemp(join(tmpdir(), 'modeldock-stage-')));
  try {
    await stage(stageFolder);
    const { code, output } = await runNpm(
      ['pack', stageFolder, '--loglevel=error', '--ignore-scripts', '--pack-destination', folder],
      { capture: true },
    );
    if (code !== 0) throw new SetUpError(`Cannot pack the package: npm pack ended with code ${code}:\n${output}`);
    return join(
      folder,
      output.split('\n').findLast((line) => line.endsWith('.tgz')),
    );
  } finally {
    if (staged === undefined) await rm(stageFolder, { recursive: true, force: true });
  }
}
