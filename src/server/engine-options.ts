import { delimiter } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';

/** The checked settings of an engine that really downloads. */
export interface EngineSettings {
  /** Absent means LM Studio's own folder. */
  modelsDir?: string[];
  catalogDir?: string;
  /** Bytes per second. */
  bandwidth?: number;
}

/** Creates the flags for the models folders and the bandwidth. */
export function engineOptions(): Option[] {
  return [
    new Option(
      '--models-dir <folder>',
      `where models are stored, LM Studio's own folder by default; may be repeated, or list several separated by ${delimiter}`,
    ).argParser(collectFolders),
    new Option('--catalog-dir <folder>', 'your own model.yaml files, as <owner>/<name>/model.yaml'),
    new Option(
      '--bandwidth <rate>',
      'limit of all downloads together, in bytes per second: 800k, 10M, 5MiB …',
    ).argParser(parseRate),
  ];
}

/** Lets an environment variable stand for a flag: MODELDOCK_LOG_LEVEL for `--log-level`. */
export function withVariable(option: Option): Option {
  return option.env(`MODELDOCK_${option.name().toUpperCase().replaceAll('-', '_')}`);
}

/** Splits several folders in one text, as in PATH: an environment variable cannot be repeated. */
function collectFolders(text: string, previous: string[] = []): string[] {
  const folders = text.split(delimiter).filter(Boolean);
  if (folders.length === 0) throw new InvalidArgumentError('Expected the path of a folder.');
  return [...previous, ...folders];
}

const FACTORS: Record<string, number> = { '': 1, k: 1e3, m: 1e6, g: 1e9, ki: 1024, mi: 1024 ** 2, gi: 1024 ** 3 };

/** Parses `800k`, `10MB/s`, `5MiB` as bytes per second. */
export function parseRate(text: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)\s*([kmg]i?)?(?:B)?(?:\/s)?$/i.exec(text.trim()) ?? [];
  const rate = Math.round(Number(number) * (FACTORS[unit.toLowerCase()] ?? Number.NaN));
  if (rate > 0 && Number.isSafeInteger(rate)) return rate;
  throw new InvalidArgumentError('Expected bytes per second above 0, such as 500000, 800k, 10M, 10MB/s or 5MiB.');
}

export function parseCount(text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count > 0 && Number.isSafeInteger(count)) return count;
  throw new InvalidArgumentError('Expected a whole number above 0.');
}
