import { fingerprint, readStamp, writeStamp } from './fingerprint.mjs';
import { inProject, say, SetUpError } from './project.mjs';
import { runNpm } from './run.mjs';

const STAMP = inProject('node_modules/.modeldock-installed');

/** Whether node_modules matches package-lock.json. */
export function isInstalled() {
  return readStamp(STAMP) === wanted();
}

/** Installs exactly what package-lock.json says. */
export async function install() {
  const stamp = wanted();
  if (matchesLock()) {
    writeStamp(STAMP, stamp);
    return;
  }
  say('Installing the dependencies (once; about a minute) …');
  // Errors only: some packages warn about their engines although they are not loaded on such a Node. --include=dev:
  // with NODE_ENV=production npm would leave out the compiler. The last two: an npm that packs this package passes its
  // own settings on.
  const { code } = await runNpm(['ci', '--loglevel=error', '--include=dev', '--ignore-scripts', '--no-dry-run'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (code !== 0) {
    throw new SetUpError(
      `Cannot install the dependencies: npm ci ended with code ${code}; its own message is above. ` +
        'Check that the registry answers (npm ping) and that the disk has free space, then repeat the command.',
    );
  }
  writeStamp(STAMP, stamp);
}

function wanted() {
  return fingerprint(['package-lock.json'], `${process.platform} ${process.arch}`);
}

/**
 * Whether npm itself, run by hand, has installed what package-lock.json says. npm writes the inner file when an install
 * is complete, and removes it before one begins.
 */
function matchesLock() {
  const installed = packagesIn(inProject('node_modules/.package-lock.json'));
  const locked = packagesIn(inProject('package-lock.json'));
  if (!installed || !locked) return false;
  const same = (path) =>
    installed[path]?.version === locked[path].version && installed[path]?.integrity === locked[path].integrity;
  // An optional package may be one for another platform.
  const absent = (path) => !installed[path] && Boolean(locked[path].optional ?? locked[path].devOptional);
  return (
    Object.keys(locked).every((path) => path === '' || same(path) || absent(path)) &&
    Object.keys(installed).every((path) => path in locked)
  );
}

function packagesIn(file) {
  const text = readStamp(file);
  return text === undefined ? undefined : JSON.parse(text).packages;
}
