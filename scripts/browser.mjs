import { accessSync, constants, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { say } from './set-up/project.mjs';
import { run } from './set-up/run.mjs';

const VARIABLES = ['MODELDOCK_CHROMIUM', 'CHROME_PATH'];

const COMMANDS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'microsoft-edge'];

/** Says how to enable the browser tests. */
export const howToEnableBrowserTests =
  'set MODELDOCK_CHROMIUM=/path/to/chromium, or, as root on Debian: MODELDOCK_INSTALL_BROWSER=1 npm test';

/**
 * Returns the path of a Chromium, or undefined if there is none.
 * @throws Error if an environment variable names one that cannot be run
 */
export function findChromium({ env = process.env, platform = process.platform } = {}) {
  for (const variable of VARIABLES) {
    const path = env[variable];
    if (!path) continue;
    if (isExecutable(path)) return path;
    throw new Error(`Cannot use ${variable}=${path}: there is no program there. Correct it, or unset it.`);
  }
  return [...onPath(env, platform), ...usualPlaces(env, platform)].find(isExecutable);
}

/**
 * Finds a Chromium, or installs one with apt-get if that was requested and is possible: as root on Linux, with `CI` or
 * `MODELDOCK_INSTALL_BROWSER` set. Undefined if there is none in the end.
 */
export async function findOrInstallChromium() {
  const found = findChromium();
  if (found || !mayInstall(process.env)) return found;
  say('Installing Chromium with apt-get, for the browser tests …');
  const options = { env: { DEBIAN_FRONTEND: 'noninteractive' }, stdio: ['ignore', 'ignore', 'inherit'] };
  for (const args of [
    ['-qq', 'update'],
    ['-qq', '-y', '--no-install-recommends', 'install', 'chromium'],
  ]) {
    const { code } = await run('apt-get', args, options).catch((error) => ({ code: error.message }));
    if (code !== 0) {
      say(`Cannot install Chromium: apt-get ${args.join(' ')} ended with ${code}; its own message is above.`);
      return undefined;
    }
  }
  const installed = findChromium();
  if (!installed) say('Cannot find the Chromium that apt-get has installed: it is at none of the usual places.');
  return installed;
}

function mayInstall(env) {
  const asked = [env.CI, env.MODELDOCK_INSTALL_BROWSER].some((value) => value && !['0', 'false'].includes(value));
  return asked && process.platform === 'linux' && process.getuid() === 0;
}

function onPath(env, platform) {
  const folders = (env.PATH ?? '').split(delimiter).filter(Boolean);
  const suffix = platform === 'win32' ? '.exe' : '';
  return COMMANDS.flatMap((command) => folders.map((folder) => join(folder, command + suffix)));
}

function usualPlaces(env, platform) {
  if (platform === 'darwin') {
    return ['/Applications', join(homedir(), 'Applications')].flatMap((folder) =>
      ['Chromium', 'Google Chrome', 'Microsoft Edge'].map((name) => `${folder}/${name}.app/Contents/MacOS/${name}`),
    );
  }
  if (platform === 'win32') {
    return [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA]
      .filter(Boolean)
      .flatMap((folder) =>
        [
          'Chromium/Application/chrome.exe',
          'Google/Chrome/Application/chrome.exe',
          'Microsoft/Edge/Application/msedge.exe',
        ].map((place) => join(folder, place)),
      );
  }
  return [
    '/usr/bin',
    '/usr/local/bin',
    '/usr/lib/chromium',
    '/snap/bin',
    '/opt/google/chrome',
    '/opt/chromium',
  ].flatMap((folder) => COMMANDS.map((command) => join(folder, command)));
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
