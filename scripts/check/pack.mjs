import { join } from 'node:path';
import { SetUpError } from '../set-up/project.mjs';
import { runNpm } from '../set-up/run.mjs';

/** Packs the package as it would be published into this folder, and answers with the path of the tarball. */
export async function pack(folder) {
  const { code, output } = await runNpm(
    ['pack', '--loglevel=error', '--ignore-scripts', '--pack-destination', folder],
    {
      capture: true,
    },
  );
  if (code !== 0) throw new SetUpError(`Cannot pack the package: npm pack ended with code ${code}:\n${output}`);
  return join(
    folder,
    output.split('\n').findLast((line) => line.endsWith('.tgz')),
  );
}
