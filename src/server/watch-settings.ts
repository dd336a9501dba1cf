import { basename } from 'node:path';
import { watchFiles, type FileWatch } from '../node/watch-files.js';
import type { Log } from './log.js';
import type { Settings } from './settings.js';

/** Settings that count for new jobs when they change; a server must be started again for the others. */
export type LiveSettings = Pick<Settings, 'scenario' | 'hold' | 'catalog'>;

/** How settings are watched. */
export interface WatchSettingsOptions {
  settings: Settings;
  /** Reads all settings again. @throws Error in one sentence, with the place of what is wrong */
  read: () => Promise<Settings>;
  /** Lets changed settings count for new jobs. @throws Error in one sentence */
  apply: (changed: Partial<LiveSettings>) => Promise<void>;
  log: Log;
}

/** Lets changes of the files that settings came from count, until it is closed. */
export function watchSettings({ settings, read, apply, log }: WatchSettingsOptions): FileWatch {
  let current = settings;
  let watched: FileWatch | undefined;
  let reading: Promise<void> | undefined;
  let isChangedMeanwhile = false;
  let isClosed = false;
  watch();
  return {
    close: () => {
      isClosed = true;
      watched?.close();
    },
  };

  function watch(): void {
    const files = filesOf(current);
    if (files.length === 0) {
      log.warn('There is nothing to watch: expected a file for --scenario or --catalog, or a configuration.');
      return;
    }
    try {
      watched = watchFiles(files, {
        onChange: changed,
        onError: (error) => log.warn(`Cannot watch ${files.join(', ')} any longer: ${error.message}`),
      });
    } catch (error) {
      log.warn(`Cannot watch ${files.join(', ')}: ${(error as Error).message}`);
    }
  }

  function changed(paths: readonly string[]): void {
    isChangedMeanwhile = reading !== undefined;
    reading ??= take(paths).finally(() => {
      reading = undefined;
      if (isChangedMeanwhile && !isClosed) changed(paths);
    });
  }

  async function take(paths: readonly string[]): Promise<void> {
    const names = paths.map((path) => basename(path)).join(', ');
    try {
      const next = await read();
      const { live, fixed } = difference(current, next);
      await apply(live);
      if (isClosed) return;
      current = { ...current, ...next };
      if (Object.keys(live).length > 0)
        log.info(`${names} changed: ${Object.keys(live).join(' and ')} count for new jobs.`);
      if (fixed.length > 0) log.warn(`${names} changed: start modeldock again for ${fixed.join(', ')}.`);
      if (filesOf(next).join('\n') !== filesOf(settings).join('\n')) {
        watched?.close();
        watch();
      }
    } catch (error) {
      if (!isClosed) log.warn(`${names} changed, and the old settings stay: ${(error as Error).message}`);
    }
  }
}

function filesOf({ files = [], config }: Settings): string[] {
  return [...new Set([...files, ...(config === undefined ? [] : [config])])];
}

function difference(before: Settings, after: Settings): { live: Partial<LiveSettings>; fixed: string[] } {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])] as (keyof Settings)[];
  const changed = keys.filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]));
  const isLive = (key: keyof Settings): boolean =>
    ['scenario', 'hold', 'catalog'].includes(key) && after[key] !== undefined;
  return {
    live: Object.fromEntries(changed.filter(isLive).map((key) => [key, after[key]])),
    fixed: changed.filter((key) => !isLive(key) && key !== 'files' && key !== 'config'),
  };
}
