import { spawn, type ChildProcess } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { plainEnvironment } from '../plain-environment.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** A program that runs, and what it has printed. */
export interface Running {
  /** Standard output and standard error, as they came. */
  output(): string;
  /** Resolves when the output holds this; rejects, with the output, if the program ends before. */
  printed(text: string): Promise<string>;
  /** The exit code, or the name of the signal that ended it. */
  ended: Promise<number | NodeJS.Signals>;
  signal(name: NodeJS.Signals): void;
}

/** A fresh clone of a small project that has this one's scripts, a server for its command, and a real compiler. */
export interface Checkout {
  run(command: string, ...args: string[]): Running;
  write(path: string, text: string): Promise<void>;
  read(path: string): Promise<string>;
  remove(path: string): Promise<void>;
  dispose(): Promise<void>;
}

const SERVER = `// @ts-nocheck
import { createServer } from 'node:http';
import { word } from './word.js';
const server = createServer().listen(0, '127.0.0.1', () => console.log(\`Listening, \${word} \${process.argv.slice(2).join()}\`));
process.on('SIGTERM', () => server.close(() => process.exit(0)));
`;

export async function checkOut(): Promise<Checkout> {
  const folder = await mkdtemp(join(tmpdir(), 'modeldock-checkout-'));
  const started: ChildProcess[] = [];
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  };

  const { engines, scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as Record<
    string,
    unknown
  >;
  await cp(join(root, 'scripts'), join(folder, 'scripts'), { recursive: true });
  for (const name of ['build-openapi', 'build-schemas', 'bundle-command'])
    await rm(join(folder, `scripts/${name}.mjs`), { force: true });
  await writeManifest(write, { engines, scripts });
  // Stands for the compiler that npm would download.
  await write('compiler/package.json', JSON.stringify({ name: 'typescript', version: '1.0.0' }));
  await write('compiler/bin/tsc', `require(${JSON.stringify(join(root, 'node_modules/typescript/bin/tsc'))});`);
  const compilerOptions = {
    ...{ composite: true, module: 'NodeNext', rootDir: 'src', outDir: 'dist' },
    ...{ types: [], lib: ['ES2015'], skipLibCheck: true },
  };
  await write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['src'] }));
  await write('src/server/cli.ts', SERVER);
  await write('src/server/word.ts', "export const word: string = 'hello';\n");

  return {
    run: (command, ...args) => {
      const child = spawn(command, args, {
        cwd: folder,
        env: plainEnvironment(),
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
      });
      started.push(child);
      return watch(child);
    },
    write,
    read: (path) => readFile(join(folder, path), 'utf8'),
    remove: (path) => rm(join(folder, path), { recursive: true }),
    dispose: async () => {
      for (const child of started) endAll(child);
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** Ends what is left of a process and of those it has started: detached, it leads a group of its own. */
function endAll({ pid }: ChildProcess): void {
  try {
    process.kill(-pid!, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function writeManifest(write: Checkout['write'], manifest: Record<string, unknown>): Promise<void> {
  const root = { name: 'checkout', version: '1.0.0', devDependencies: { typescript: 'file:compiler' } };
  await write('package.json', JSON.stringify({ ...root, type: 'module', ...manifest }));
  await write(
    'package-lock.json',
    JSON.stringify({
      ...{ name: root.name, version: root.version, lockfileVersion: 3, requires: true },
      packages: {
        '': { ...root, engines: manifest.engines },
        compiler: { name: 'typescript', version: '1.0.0', dev: true },
        'node_modules/typescript': { resolved: 'compiler', link: true },
      },
    }),
  );
}

export function watch(child: ChildProcess): Running {
  let output = '';
  const listeners = new Set<() => void>();
  const collect = (chunk: Buffer): void => {
    output += chunk.toString();
    for (const listener of listeners) listener();
  };
  child.stdout?.on('data', collect);
  child.stderr?.on('data', collect);
  const ended = new Promise<number | NodeJS.Signals>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(code ?? signal!));
  });
  return {
    output: () => output,
    printed: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!output.includes(text)) return;
          listeners.delete(look);
          resolve(output);
        };
        listeners.add(look);
        look();
        ended.then((how) => reject(new Error(`Ended with ${how} before it printed “${text}”:\n${output}`)), reject);
      }),
    ended,
    signal: (name) => child.kill(name),
  };
}
