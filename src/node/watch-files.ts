import { realpathSync, statSync, watch, type FSWatcher } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** The callbacks of a watch. */
export interface WatchOptions {
  /** Called with the paths, as they were given, of files that were written, replaced or removed. */
  onChange: (paths: readonly string[]) => void;
  /** Called when a folder can no longer be watched. */
  onError?: (error: Error) => void;
  /** How long nothing must happen, in ms, before a change counts: editors write in several steps. 50 by default. */
  settleMs?: number;
}

/** A watch on files. */
export interface FileWatch {
  /** Ends it; no timer is left. */
  close(): void;
}

/**
 * Watches files. It watches their folders: an editor that writes a new file and renames it would leave a watch on the file
 * with the old one.
 * @throws Error of the system for a folder that cannot be watched
 */
export function watchFiles(paths: readonly string[], { onChange, onError, settleMs = 50 }: WatchOptions): FileWatch {
  const states = new Map(paths.map((path) => [path, stateOf(path)]));
  const watchers: FSWatcher[] = [];
  let timer: NodeJS.Timeout | undefined;

  const look = (): void => {
    timer = undefined;
    const changed = paths.filter((path) => states.get(path) !== stateOf(path));
    for (const path of changed) states.set(path, stateOf(path));
    if (changed.length > 0) onChange(changed);
  };
  const close = (): void => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
  try {
    for (const folder of new Set(paths.flatMap(foldersOf))) {
      const watcher = watch(folder, { persistent: false }, () => {
        clearTimeout(timer);
        timer = setTimeout(look, settleMs);
      });
      watchers.push(watcher);
      watcher.on('error', (error) => onError?.(error));
    }
  } catch (error) {
    close();
    throw error;
  }
  return { close };
}

/** The folder of a file, and the one that it lies in where its path is a link. */
function foldersOf(path: string): string[] {
  const folder = dirname(resolve(path));
  try {
    return [folder, dirname(realpathSync(path))];
  } catch {
    return [folder];
  }
}

/** What changes with each writing of a file. */
function stateOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false, bigint: true });
  return stats === undefined ? 'none' : [stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join(' ');
}
