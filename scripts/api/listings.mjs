import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { inProject } from '../set-up/project.mjs';
import { readSurface } from './read-surface.mjs';

const FOLDER = 'docs/api';

/** Writes docs/api: a page for each entry of the package that has types. */
export async function writeListings() {
  const { pages, faults } = await makeListings();
  rmSync(inProject(FOLDER), { recursive: true, force: true });
  mkdirSync(inProject(FOLDER), { recursive: true });
  for (const [name, text] of pages) writeFileSync(inProject(join(FOLDER, name)), text);
  console.log(`Wrote ${pages.size} pages to ${FOLDER}.`);
  for (const fault of faults) console.log(fault);
}

/** Compares docs/api with what the built package exports; each export has a comment, and each type it refers to has a name. */
export async function checkListings() {
  const { pages, faults } = await makeListings();
  const written = new Set([...pages.keys(), ...pageNames()]);
  const stale = [...written].filter((name) => pages.get(name) !== textOf(name));
  const output = stale.map(
    (name) =>
      `The surface of the package differs from ${FOLDER}/${name}${firstDifference(pages.get(name) ?? '', textOf(name) ?? '')}. ` +
      'If you meant to change it, run npm run api and commit the listing; if not, undo the change.',
  );
  output.push(...faults);
  return { code: output.length === 0 ? 0 : 1, output: output.join('\n') };
}

/** Returns the pages by name, and a line for each declaration without a name for callers, or without a comment. */
async function makeListings() {
  const { name: packageName, exports } = JSON.parse(readFileSync(inProject('package.json'), 'utf8'));
  const entries = Object.entries(exports)
    .map(([path, target]) => ({ path, file: typeof target === 'string' ? target : target.default }))
    .filter(({ file }) => file.endsWith('.js'));
  const dist = inProject('dist/').replaceAll('\\', '/');
  const surfaces = readSurface(
    entries.map(({ file }) => inProject(file.replace(/\.js$/, '.d.ts')).replaceAll('\\', '/')),
    { isOurs: (file) => file.startsWith(dist) },
  );
  const options = await resolveConfig(inProject(`${FOLDER}/page.md`));
  const pages = new Map();
  const faults = [];
  // A caller of another entry has a name for them too: these types come from the package itself.
  const ofPackage = new Map(
    surfaces[entries.findIndex(({ path }) => path === '.')].exports.map((each) => [each.name, each.text]),
  );
  for (const [index, { path }] of entries.entries()) {
    const entry = join(packageName, path).replaceAll('\\', '/');
    const surface = surfaces[index];
    const name = `${path === '.' ? packageName : path.slice(2).replaceAll('/', '-')}.md`;
    pages.set(name, await format(pageOf(entry, surface), { ...options, parser: 'markdown' }));
    faults.push(
      ...surface.leaks
        .filter(({ name, text }) => ofPackage.get(name) !== text)
        .map(
          (leak) =>
            `${entry} does not export ${leak.name}, which ${leak.through} refers to. Export it, or spell the type out.`,
        ),
      ...surface.undocumented.map((name) => `${entry} exports ${name} without a comment. Write one above it.`),
    );
  }
  return { pages, faults };
}

function pageOf(entry, { exports }) {
  const sections = exports.map(({ name, text }) => `## ${name}\n\n\`\`\`ts\n${text}\n\`\`\`\n`);
  return `# ${entry}\n\nWritten by \`npm run api\`: what this entry exports, without the comments. \`npm run check\` fails when it is out of date.\n\n${sections.join('\n')}`;
}

function pageNames() {
  try {
    return readdirSync(inProject(FOLDER));
  } catch {
    return [];
  }
}

function textOf(name) {
  try {
    return readFileSync(inProject(join(FOLDER, name)), 'utf8').replaceAll('\r\n', '\n');
  } catch {
    return undefined;
  }
}

/** Returns the first line that differs, in the package and in the page. */
function firstDifference(now, written) {
  const [ours, theirs] = [now.split('\n'), written.split('\n')];
  const at = ours.findIndex((line, index) => line !== theirs[index]);
  const index = at === -1 ? ours.length : at;
  return `, line ${index + 1}: it has “${(ours[index] ?? '').trim()}”, the listing has “${(theirs[index] ?? '').trim()}”`;
}
