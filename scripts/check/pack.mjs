import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { SetUpError } from '../set-up/project.mjs';
import { runNpm } from '../set-up/run.mjs';

/** Packs the package as it would be published into this empty folder, and answers with the path of the tarball. */
export async function pack(folder) {
  const { code, output } = await runNpm(['pack', '--loglevel=error', '--pack-destination', folder], { capture: true });
  if (code !== 0) throw new SetUpError(`Cannot pack the package: npm pack ended with code ${code}:\n${output}`);
  const [tarball] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  return join(folder, tarball);
}
