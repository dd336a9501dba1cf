import { build, isBuilt } from './set-up/build.mjs';
import { install, isInstalled } from './set-up/install.mjs';
import { withLock } from './set-up/lock.mjs';
import { inProject, say, SetUpError } from './set-up/project.mjs';

const LOCK = inProject('dist/.set-up.lock');

/** Installs what is missing and builds what is out of date; does and prints nothing if everything is up to date. */
export async function setUp() {
  if (isInstalled() && isBuilt()) return;
  await withLock(LOCK, async () => {
    if (!isInstalled()) await install();
    if (!isBuilt()) await build();
  });
}

/** Installs what is missing, and builds in any case. */
export async function rebuild() {
  await withLock(LOCK, async () => {
    if (!isInstalled()) await install();
    await build();
  });
}

/** Ends the process for an error; one that the user can fix is shown without a stack. */
export function fail(error) {
  say(error instanceof SetUpError ? error.message : (error.stack ?? String(error)));
  process.exit(error.exitCode ?? 1);
}
