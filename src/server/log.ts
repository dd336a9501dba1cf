import type { Logger } from 'pino';
import { logLevels, type LogLevel } from '../config/log-levels.js';

type WrittenLevel = 'debug' | 'info' | 'warn' | 'error';

interface Write {
  (message: string): void;
  (fields: object, message: string): void;
}

export type Log = Record<WrittenLevel, Write> & {
  isEnabled(level: WrittenLevel): boolean;
  /** Whether a person reads it, and not a program. */
  isTerminal: boolean;
};

/**
 * Logs to stderr: lines of JSON, or coloured text on a terminal. pino is loaded with the first line, because most runs
 * log nothing and would otherwise all wait for it at the start.
 */
export function createLog(level: LogLevel): Log {
  let opening: Promise<Logger> | undefined;
  const isEnabled = (at: WrittenLevel): boolean => logLevels.indexOf(at) >= logLevels.indexOf(level);
  const writeAt =
    (at: WrittenLevel): Write =>
    (fields: object | string, message?: string) => {
      if (!isEnabled(at)) return;
      opening ??= open(level);
      // Lines keep their order, because callbacks of one promise do.
      void opening.then((logger) => (typeof fields === 'string' ? logger[at](fields) : logger[at](fields, message)));
    };
  const isTerminal = process.stderr.isTTY;
  return {
    isEnabled,
    isTerminal,
    debug: writeAt('debug'),
    info: writeAt('info'),
    warn: writeAt('warn'),
    error: writeAt('error'),
  };
}

async function open(level: LogLevel): Promise<Logger> {
  const { default: pino } = await import('pino');
  const stderr = pino.destination({ dest: 2, sync: true });
  // On a full disk a log loses lines; without this listener the first error would end the server.
  stderr.on('error', () => undefined);
  if (!process.stderr.isTTY) return pino({ level, base: null }, stderr);
  const { default: pretty } = await import('pino-pretty');
  return pino(
    { level, base: null },
    pretty({
      destination: stderr,
      translateTime: 'SYS:HH:MM:ss',
      ignore: 'pid,hostname',
      customColors: 'message:reset',
    }),
  );
}
