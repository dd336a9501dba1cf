import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { inProject, root } from './project.mjs';

/**
 * Hashes the contents of these files and folders into one digest; names count, times do not. A missing path counts as
 * absent. `also` is any other input.
 */
export function fingerprint(paths, also = '') {
  const digest = createHash('sha256').update(also);
  for (const file of paths.flatMap((path) => filesIn(inProject(path)))) {
    const name = relative(root, file).split(sep).join('/');
    digest.update(`\0${name}\0`).update(createHash('sha256').update(readFileSync(file)).digest());
  }
  return digest.digest('hex');
}

/** Lists every file below a path, sorted; the path itself if it is a file; none if it does not exist. */
export function filesIn(path) {
  if (!existsSync(path)) return [];
  try {
    return readdirSync(path, { withFileTypes: true })
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .flatMap((entry) => (entry.isDirectory() ? filesIn(join(path, entry.name)) : [join(path, entry.name)]));
  } catch (error) {
    if (error.code === 'ENOTDIR') return [path];
    throw error;
  }
}

export function readStamp(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** Writes the file as a whole or not at all: half a stamp would claim work that was never completed. */
export function writeStamp(file, content) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.${process.pid}`, content);
  renameSync(`${file}.${process.pid}`, file);
}
