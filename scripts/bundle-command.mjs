import { chmod, rm, writeFile } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import { rolldown } from 'rolldown';
import { describeLicences } from './release/notices.mjs';
import { inProject, root, say } from './set-up/project.mjs';

// Bundles the command into dist/bin, after the compiler: a process that starts is measured in files it opens. What
// `serve` needs for its first answer is one file; each other command, the log and the real engine are loaded when they are
// used. Library entries stay as the compiler wrote them, because a project bundles those itself.

const FOLDER = 'dist/bin';
const ENTRY = inProject('dist/server/cli.js');
/** Loaded by every start of `serve`, though by `import()`, so that `get` and `hub` start without them. */
const AT_START = [ENTRY, inProject('dist/server/serve-simulated.js')];
/** Dependencies of library entries are installed anyway, and only the real engine loads these. */
const EXTERNAL = [/^node:/, 'undici', 'yaml', '@huggingface/gguf'];

const options = {
  cwd: root,
  platform: 'node',
  external: EXTERNAL,
  // Some packages have no exports, and a file of modules beside one that loads its parts at run time.
  resolve: { mainFields: ['module', 'main'] },
  onLog: (level, log, report) => {
    // A module that one command loads later, another loads at once.
    if (log.code !== 'INEFFECTIVE_DYNAMIC_IMPORT') report(level === 'warn' ? 'error' : level, log);
  },
  plugins: [{ name: 'files-beside-modules', transform: findFilesWhereTheyAre }],
};

const atStart = await findModulesAtStart();
await rm(inProject(FOLDER), { recursive: true, force: true });
const bundle = await rolldown({ ...options, input: { modeldock: ENTRY } });
const { output } = await bundle.write({
  dir: inProject(FOLDER),
  format: 'esm',
  // Not minified: that saves no time that can be measured, and a stack says where it comes from. Licences are beside it.
  comments: false,
  chunkFileNames: '[name]-[hash].js',
  // The entry waits for what it loads: in a file with what is loaded, it would wait for itself.
  codeSplitting: { groups: [{ name: 'start', test: (id) => id !== ENTRY && atStart.has(id) }] },
});
await bundle.close();
await chmod(inProject(`${FOLDER}/modeldock.js`), 0o755);
const modules = output.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []));
await writeFile(inProject(`${FOLDER}/THIRD-PARTY-NOTICES.txt`), await describeLicences(modules));
say(`Bundled the command into ${FOLDER}.`);

/** Workers, OpenAPI documents and package.json lie beside the unbundled modules, which know them by relative paths. */
function findFilesWhereTheyAre(code, id) {
  if (!id.startsWith(inProject('dist')) || !code.includes('import.meta.url')) return undefined;
  const original = relative(inProject(FOLDER), id).split(sep).join('/');
  return code.replaceAll('import.meta.url', `new URL(${JSON.stringify(original)}, import.meta.url)`);
}

/** Finds the modules that every start of `serve` loads. */
async function findModulesAtStart() {
  const trial = await rolldown({ ...options, input: AT_START });
  const { output: chunks } = await trial.generate({ format: 'esm' });
  await trial.close();
  const loaded = new Set(chunks.filter(({ isEntry }) => isEntry).map(({ fileName }) => fileName));
  // A set grows while it is walked.
  for (const name of loaded) {
    for (const path of chunks.find(({ fileName }) => fileName === name)?.imports ?? []) loaded.add(path);
  }
  return new Set(chunks.flatMap(({ fileName, moduleIds = [] }) => (loaded.has(fileName) ? moduleIds : [])));
}
