import type { Downloader } from '../../core/downloader.js';
import type { DownloaderOptions } from '../../real/open-downloader.js';
import { exitCodes } from './exit-codes.js';
import type { Screen } from './progress-lines.js';

/** What a command that downloads finds around it. */
export interface CliIo {
  environment: NodeJS.ProcessEnv;
  /** Results, on standard output. */
  out: (text: string) => void;
  /** Progress and errors, on standard error. */
  err: (text: string) => void;
  /** The terminal that standard error is; `undefined` where it is a file or a pipe. */
  screen: () => Screen | undefined;
  /** Calls back at each SIGINT and SIGTERM, which end nothing by themselves from then on. */
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
    const heed = (signal: 'SIGINT' | 'SIGTERM'): void => {
      first ??= performance.now();
      // npm passes on a Ctrl-C that has reached us already; who asks again later does not want to wait for the end.
      if (performance.now() - first > IMPATIENT_MS)
        process.exit(signal === 'SIGINT' ? exitCodes.interrupted : exitCodes.terminated);
      listener(signal);
    };
    process.on('SIGINT', heed).on('SIGTERM', heed);
  },
  // Most commands never download; none should wait for what it does not use.
  openDownloader: async (options) => (await import('../../real/open-downloader.js')).openDownloader(options),
};
