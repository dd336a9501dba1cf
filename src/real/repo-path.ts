import { RefusedError } from '../core/errors.js';

/*
 * Names from a hub that become paths on a disk. What one file system takes, another one does not: a name is held
 * against the rules of all of them, so that a models folder can be moved.
 */

const DEVICE = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:\s*\.|\s*$)/i;
const LONGEST_SEGMENT_BYTES = 255;

/** A file in a repo, with slashes. @throws RefusedError unsafe_path */
export function checkRepoPath(path: string): void {
  for (const segment of path.split('/')) {
    const fault = faultOf(segment);
    if (fault === undefined) continue;
    throw unsafe(path, `The repo has a file ${shown(path)}, ${fault}: modeldock does not write it to a disk.`);
  }
}

/** The two folders that a repo becomes. @throws RefusedError unsafe_path */
export function checkRepoName(owner: string, repo: string): void {
  const name = `${owner}/${repo}`;
  for (const segment of [owner, repo]) {
    const fault = segment.includes('/') ? 'whose parts must not have slashes' : faultOf(segment);
    if (fault !== undefined) {
      throw unsafe(name, `There can be no folder for the repo ${shown(name)}, ${fault}. Check how it is spelled.`);
    }
  }
}

/** Files that are one file where case does not count. @throws RefusedError unsafe_path */
export function checkNoCaseTwins(paths: readonly string[]): void {
  // A file that another one needs as a folder is as impossible as a second file of the same name.
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
          `The repo has both ${shown(twin.path)} and ${shown(path)}, which are one on a disk that does not tell upper from lower case.`,
        );
      }
      if (twin === undefined) known.set(folded(part), { path, isFile });
    }
  }
}

function faultOf(segment: string): string | undefined {
  if (segment === '') return 'in which a name between slashes is empty';
  if (segment === '.' || segment === '..') return `which has a part ${segment}`;
  // eslint-disable-next-line no-control-regex -- they are what is looked for
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

/** Upper case first: it is what makes ß and SS, or the two lower-case sigmas, one. */
function folded(path: string): string {
  return path.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC');
}

function shown(name: string): string {
  return JSON.stringify(name.length > 200 ? `${name.slice(0, 200)}…` : name);
}

function unsafe(subject: string, message: string): RefusedError {
  return new RefusedError('unsafe_path', subject, message);
}
