import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { pack } from '../../scripts/check/pack.mjs';
import { plainEnvironment } from '../plain-environment.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const execute = promisify(execFile);

export interface Consumer {
  /** A project that has the package, as it would be published, in its node_modules. */
  folder: string;
  /** What npm printed on standard error when it installed the package. */
  warnings: string;
  /** What the package holds, as paths below it. */
  files: string[];
  /** Runs Node in that project. Rejects, with what was printed, if it does not end with 0. */
  node(...args: string[]): Promise<string>;
  /** Runs the compiler over a file of that project, and answers with the lines in which it complains. */
  compile(file: string, compilerOptions: object): Promise<string[]>;
  remove(): Promise<void>;
}

/** Packs the package and installs it, with its dependencies and without ours, into a project of its own. */
export async function installPacked({ peers }: { peers: readonly string[] }): Promise<Consumer> {
  const folder = await mkdtemp(join(tmpdir(), 'modeldock-consumer-'));
  const npm = (...args: string[]) =>
    execute('npm', args, {
      cwd: folder,
      env: plainEnvironment(),
      shell: process.platform === 'win32',
    });

  const tarball = await pack(folder);
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
  const { stderr: warnings } = await npm(
    ...['install', '--save-dev', tarball, '--prefer-offline', '--no-audit', '--no-fund', '--omit=peer'],
  );
  for (const name of [...peers, '@types/node']) await link(name, folder);

  const installed = join(folder, 'node_modules/modeldock');
  const node = async (...args: string[]) => (await execute(process.execPath, args, { cwd: folder })).stdout;
  return {
    folder,
    warnings,
    files: (await readdir(installed, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) =>
        join(entry.parentPath, entry.name)
          .slice(installed.length + 1)
          .replaceAll('\\', '/'),
      ),
    node,
    compile: async (file, compilerOptions) => {
      await writeFile(
        join(folder, 'tsconfig.json'),
        JSON.stringify({ compilerOptions: { ...compilerOptions, noEmit: true }, files: [file] }),
      );
      const output = await node(join(root, 'node_modules/typescript/bin/tsc')).catch(
        (error: unknown) => (error as { stdout: string }).stdout,
      );
      return output.split('\n').filter(Boolean);
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A package that we have installed already, by link: what it imports itself is found beside the original. */
async function link(name: string, folder: string): Promise<void> {
  const place = join(folder, 'node_modules', name);
  await mkdir(dirname(place), { recursive: true });
  await symlink(join(root, 'node_modules', name), place, 'junction');
}
