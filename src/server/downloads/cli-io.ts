import type { Downloader } from '../../core/downloader.js';
import type { DownloaderOptions } from '../../real/open-downloader.js';
import { exitCodes } from './exit-codes.js';
import type { Screen } from './progress-lines.js';

/** The input and output of a command that downloads. */
export interface CliIo {
  environment: NodeJS.ProcessEnv;
  /** Prints results, on standard output. */
  out: (text: string) => void;
  /** Prints progress and errors, on standard error. */
  err: (text: string) => void;
  /** Describes the terminal behind standard error; `undefined` for a file or a pipe. */
  screen: () => Screen | undefined;
  /** Calls back at each SIGINT and SIGTERM, which no longer end the process by themselves. */
  onSignal: (listener: (signal: 'SIGINT' | 'SIGTERM') => void) => void;
  openDownloader: (options: DownloaderOptions) => Promise<Downloader>;
}

const IMPATIENT_MS = 2000;

export const processIo: CliIo = {
  environment: process.env,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  screen: () => {
    const { isTTY, columns, rows } = process.stderr;
    if (!isTTY || process.env.TERM === 'dumb') return undefined;
    return { columns: columns || 80, rows: rows || 24, colour: process.stderr.hasColors() };
  },
  onSignal: (listener) => {
    let first: number | undefined;
    const onEither = (signal: 'SIGINT' | 'SIGTERM'): void => {
      first ??= performance.now();
      // npm passes on a Ctrl-C that has reached this process already, so a second one at once does not count; a later
      // one means that the user does not want to wait.
      if (performance.now() - first > IMPATIENT_MS)
        process.exit(signal === 'SIGINT' ? exitCodes.interrupted : exitCodes.terminated);
      listener(signal);
    };
    process.on('SIGINT', onEither).on('SIGTERM', onEither);
  },
  // Loaded lazily: most commands never download.
  openDownloader: async (options) => (await import('../../real/open-downloader.js')).openDownloader(options),
};
