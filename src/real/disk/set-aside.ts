import { unlessMissing } from '../../node/file-errors.js';
import type { FileLayer } from '../file-layer.js';
import type { partPaths } from './part-file.js';

/** A larger file is not a journal. */
const MOST_JOURNAL_BYTES = 64 * 1024 * 1024;

/**
 * Moves aside a pipe, a folder or a link with the name of a part or a journal. It must not be written to, and the
 * download starts anew without it.
 */
export async function setOddPartsAside(
  files: FileLayer,
  { part, journal }: ReturnType<typeof partPaths>,
  onWarning: (text: string) => void,
): Promise<void> {
  for (const [path, mostBytes] of [
    [part, Infinity],
    [journal, MOST_JOURNAL_BYTES],
  ] as const) {
    const found = await unlessMissing(files.lstat(path));
    if (found === undefined || (found.isFile() && found.size <= mostBytes)) continue;
    const aside = `${path}.set-aside`;
    await files.rm(aside, { recursive: true, force: true });
    await files.rename(path, aside);
    onWarning(
      `Cannot use ${path}: expected a file, found something else. It was renamed to ${aside}, and its bytes are fetched again.`,
    );
  }
}
