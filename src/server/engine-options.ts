import { delimiter } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';

/** What an engine that really downloads is told, checked. */
export interface EngineSettings {
  /** LM Studio's own folder where there is none. */
  modelsDir?: string[];
  catalogDir?: string;
  /** Bytes per second. */
  bandwidth?: number;
}

/** The flags that say where models are and how fast they may come. */
export function engineOptions(): Option[] {
  return [
    new Option(
      '--models-dir <folder>',
      `where models are and go, LM Studio's own folder by default; may be repeated, or several separated by ${delimiter}`,
    ).argParser(collectFolders),
    new Option('--catalog-dir <folder>', 'model.yaml files of your own, as <owner>/<name>/model.yaml'),
    new Option(
      '--bandwidth <rate>',
      'the most that all downloads take together, in bytes per second: 800k, 10M, 5MiB …',
    ).argParser(parseRate),
  ];
}

/** Lets an environment variable stand for a flag: MODELDOCK_LOG_LEVEL for `--log-level`. */
export function withVariable(option: Option): Option {
  return option.env(`MODELDOCK_${option.name().toUpperCase().replaceAll('-', '_')}`);
}

/** As in PATH, several may stand in one text: an environment variable cannot be repeated. */
function collectFolders(text: string, previous: string[] = []): string[] {
  const folders = text.split(delimiter).filter(Boolean);
  if (folders.length === 0) throw new InvalidArgumentError('Allowed is the path of a folder.');
  return [...previous, ...folders];
}

const FACTORS: Record<string, number> = { '': 1, k: 1e3, m: 1e6, g: 1e9, ki: 1024, mi: 1024 ** 2, gi: 1024 ** 3 };

/** `800k`, `10MB/s`, `5MiB`: bytes per second. */
export function parseRate(text: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)\s*([kmg]i?)?(?:B)?(?:\/s)?$/i.exec(text.trim()) ?? [];
  const rate = Math.round(Number(number) * (FACTORS[unit.toLowerCase()] ?? Number.NaN));
  if (rate > 0 && Number.isSafeInteger(rate)) return rate;
  throw new InvalidArgumentError('Allowed are bytes per second above 0, such as 500000, 800k, 10M, 10MB/s or 5MiB.');
}

export function parseCount(text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count > 0 && Number.isSafeInteger(count)) return count;
  throw new InvalidArgumentError('Allowed is a whole number above 0.');
}
