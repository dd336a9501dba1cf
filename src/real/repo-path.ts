import { RefusedError } from '../core/errors.js';

/*
 * Checks names from a hub that become paths on a disk, by the rules of all file systems, so that a models folder can be
 * moved to another one.
 */

const DEVICE = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:\s*\.|\s*$)/i;
const LONGEST_SEGMENT_BYTES = 255;

/** Checks a file's path in a repo, with slashes. @throws RefusedError unsafe_path */
export function checkRepoPath(path: string): void {
  for (const segment of path.split('/')) {
    const fault = faultOf(segment);
    if (fault === undefined) continue;
    throw unsafe(
      path,
      `Cannot write the repo's file ${shown(path)} to a disk: expected a valid path, found one ${fault}.`,
    );
  }
}

/** Checks the two folders of a repo. @throws RefusedError unsafe_path */
export function checkRepoName(owner: string, repo: string): void {
  const name = `${owner}/${repo}`;
  for (const segment of [owner, repo]) {
    const fault = segment.includes('/') ? 'whose parts must not have slashes' : faultOf(segment);
    if (fault !== undefined) {
      throw unsafe(
        name,
        `Cannot create a folder for the repo ${shown(name)}: expected a valid name, found one ${fault}. Check its spelling.`,
      );
    }
  }
}

/** Refuses files that would be the same file if case were ignored. @throws RefusedError unsafe_path */
export function checkNoCaseTwins(paths: readonly string[]): void {
  // A file that is also needed as a folder is as impossible as a second file of the same name.
  const known = new Map<string, { path: string; isFile: boolean }>();
  for (const path of paths) {
    const segments = path.split('/');
    for (let depth = 1; depth <= segments.length; depth++) {
      const part = segments.slice(0, depth).join('/');
      const isFile = depth === segments.length;
      const twin = known.get(folded(part));
      if (twin !== undefined && (isFile || twin.isFile)) {
        throw unsafe(
          path,
          `Cannot write the repo's files ${shown(twin.path)} and ${shown(path)}: they are the same file on a disk that ignores case.`,
        );
      }
      if (twin === undefined) known.set(folded(part), { path, isFile });
    }
  }
}

function faultOf(segment: string): string | undefined {
  if (segment === '') return 'in which a name between slashes is empty';
  if (segment === '.' || segment === '..') return `which has a part ${segment}`;
  // eslint-disable-next-line no-control-regex -- the pattern finds control characters
  if (/[\x00-\x1f\x7f-\x9f]/.test(segment)) return 'which has control characters';
  if (/[\\:]/.test(segment)) return 'which has a colon or a back slash';
  if (/[<>"|?*]/.test(segment)) return 'which has one of < > " | ? *';
  if (/[. ]$/.test(segment)) return 'in which a name ends with a dot or a space';
  if (DEVICE.test(segment)) return 'which is the name of a device on Windows';
  if (/\p{Surrogate}/u.test(segment)) return 'which is not well-formed Unicode';
  if (Buffer.byteLength(segment) > LONGEST_SEGMENT_BYTES)
    return `which has a name of over ${LONGEST_SEGMENT_BYTES} bytes`;
  return undefined;
}

/** Upper case first, which unifies ß and SS, and the two lower-case sigmas. */
function folded(path: string): string {
  return path.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC');
}

function shown(name: string): string {
  return JSON.stringify(name.length > 200 ? `${name.slice(0, 200)}…` : name);
}

function unsafe(subject: string, message: string): RefusedError {
  return new RefusedError('unsafe_path', subject, message);
}
