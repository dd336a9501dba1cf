import { execFile, spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { pack } from '../../scripts/check/pack.mjs';
import { plainEnvironment } from '../plain-environment.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const execute = promisify(execFile);

/** A project that has the package in its node_modules, unpacked from its tarball; its dependencies are ours, by link. */
export interface Project {
  folder: string;
  /** Copies a folder of `examples` into it; returns the path of the copy, which has the same node_modules. */
  copyExample(name: string): Promise<string>;
  /** Runs a command line of a shell, and resolves however it ends. `modeldock` is on the PATH. */
  shell(line: string, cwd: string, env?: Record<string, string>): Promise<Ran>;
  remove(): Promise<void>;
}

export interface Ran {
  code: number;
  /** Standard output and standard error. */
  output: string;
}

export async function unpackProject(): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), 'modeldock-project-'));
  const modules = join(folder, 'node_modules');
  await mkdir(join(modules, '.bin'), { recursive: true });
  await execute('tar', ['xzf', await pack(folder), '-C', modules]);
  await cp(join(modules, 'package'), join(modules, 'modeldock'), { recursive: true });
  for (const name of await readdir(join(root, 'node_modules'))) {
    if (!name.startsWith('.') && name !== 'modeldock')
      await symlink(join(root, 'node_modules', name), join(modules, name));
  }
  await symlink('../modeldock/dist/bin/modeldock.js', join(modules, '.bin/modeldock'));
  return {
    folder,
    copyExample: async (name) => {
      const copy = join(folder, name);
      await cp(join(root, 'examples', name), copy, { recursive: true });
      await symlink(modules, join(copy, 'node_modules'));
      return copy;
    },
    shell: async (line, cwd, env = {}) => {
      const path = `${join(modules, '.bin')}:${process.env.PATH ?? ''}`;
      const more = { PATH: path, PYTHONDONTWRITEBYTECODE: '1', PYTEST_ADDOPTS: '-p no:cacheprovider', ...env };
      return execute('sh', ['-e', '-c', line], { cwd, env: { ...plainEnvironment(), ...more } }).then(
        ({ stdout, stderr }) => ({ code: 0, output: stdout + stderr }),
        (error: unknown) => {
          const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
          return { code, output: stdout + stderr };
        },
      );
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Whether a program runs here and ends well. */
export function canRun(program: string, ...args: string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}
