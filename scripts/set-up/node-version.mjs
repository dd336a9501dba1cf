import { readFileSync } from 'node:fs';

/** Ends the process, naming what is needed, under a Node older than package.json's `engines` requires. */
export function requireNode() {
  const { engines } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const [major, minor] = versionIn(engines.node);
  const [thisMajor, thisMinor] = versionIn(process.version);
  if (thisMajor > major || (thisMajor === major && thisMinor >= minor)) return;
  console.error(
    `Cannot run under Node ${process.version}: expected Node ${major}.${minor} or newer. ` +
      'Install one from https://nodejs.org, or switch with your version manager, and repeat the command.',
  );
  process.exit(1);
}

function versionIn(text) {
  return /(\d+)\.(\d+)/.exec(text).slice(1).map(Number);
}
