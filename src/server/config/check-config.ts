import { resolve } from 'node:path';
import type { Command, Option } from 'commander';
import { describeIssues, type Issue } from '../../core/issues.js';
import { nearestName } from '../../core/nearest-name.js';
import { withoutSchemaLine } from '../../core/schema-line.js';
import { isScenarioName, parseCatalog, parseScenario } from '../../index.js';
import { looksLikeReplayToken } from '../../control/session/replay-token.js';
import { EXCLUDES, type Settings } from '../settings.js';
import { configKeys, configShell, type ConfigKey } from '../../config/config-schema.js';

/** The settings of a configuration, as the flags would give them. */
export type ConfiguredValues = Partial<Record<keyof Settings, unknown>>;

type Values = Partial<Record<ConfigKey, unknown>>;

/** Keys whose values are no one's to see in an error. */
const SECRET: readonly string[] = ['requireToken', 'controlToken', 'inference', 'inferenceToken', 'replay'];

/**
 * Checks the values of a configuration, and makes of them what the flags of a command make of their texts.
 * @param folder that paths are relative to
 * @throws Error with a line `  path: what is wrong` for each wrong value
 */
export function checkConfig(input: unknown, folder: string, command: Command): ConfiguredValues {
  const given = withoutSchemaLine(input);
  const result = configShell.safeParse(given);
  if (!result.success)
    refuse(describeIssues(result.error.issues.flatMap(inWords), withoutSecrets(given), 'the configuration'));
  const values = Object.fromEntries(Object.entries(result.data).filter(([, value]) => value !== undefined)) as Values;
  const wrong = contradictionsIn(values);
  const configured: ConfiguredValues = {};
  for (const [key, value] of Object.entries(values)) {
    const option = command.options.find((each) => each.attributeName() === key);
    // A command that has not all flags of `serve` leaves their keys alone.
    if (option === undefined) continue;
    try {
      configured[key as keyof Settings] = valueOf(key, value, folder, option);
    } catch (error) {
      wrong.push(below(key, value, (error as Error).message));
    }
  }
  if (wrong.length > 0) refuse(wrong.join('\n'));
  return configured;
}

function refuse(lines: string): never {
  throw new Error(`Cannot use this configuration:\n${lines}`);
}

/** Names the key that an unknown one was most likely meant to be. */
function inWords(issue: Issue & { readonly keys?: readonly string[] }): Issue[] {
  if (issue.code !== 'unrecognized_keys') return [issue];
  return issue.keys!.map((key) => {
    const meant = nearestName(key.replaceAll('-', ''), configKeys);
    return {
      path: [...issue.path, key],
      message: meant === undefined ? `a flag of modeldock serve in camelCase` : `a known key (did you mean ${meant}?)`,
    };
  });
}

function withoutSecrets(given: unknown): unknown {
  if (typeof given !== 'object' || given === null) return given;
  return Object.fromEntries(
    Object.entries(given).map(([key, value]) => [
      key,
      SECRET.includes(key) ? 'a value that is not shown' : (value as unknown),
    ]),
  );
}

function contradictionsIn(values: Values): string[] {
  return Object.entries(EXCLUDES).flatMap(([key, others]) =>
    isOn(values[key as keyof Values])
      ? others
          .filter((other) => values[other as keyof Values] !== undefined)
          .map((other) => `  ${other}: expected nothing beside ${key}`)
      : [],
  );
}

function isOn(value: unknown): boolean {
  return value !== undefined && value !== false;
}

/** @throws Error of the flag, or of the file that it names */
function valueOf(key: string, value: unknown, folder: string, option: Option): unknown {
  switch (key) {
    case 'scenario':
      if (typeof value !== 'string') return { name: 'of the configuration', scenario: parseScenario(value) };
      return parsed(option, isScenarioName(value) ? value : resolve(folder, value));
    case 'catalog':
      return typeof value === 'string' ? parsed(option, resolve(folder, value)) : parseCatalog(value);
    case 'replay':
      return parsed(
        option,
        looksLikeReplayToken(value as string) ? (value as string) : resolve(folder, value as string),
      );
    case 'hold':
      return value;
    case 'record':
    case 'catalogDir':
      return resolve(folder, value as string);
    case 'modelsDir':
      return [value].flat().map((each) => resolve(folder, each as string));
    case 'allowHost':
      return (value as string[]).reduce<unknown>((previous, name) => parsed(option, name, previous), undefined);
    default:
      return typeof value === 'boolean' ? value || undefined : parsed(option, String(value));
  }
}

function parsed(option: Option, text: string, previous?: unknown): unknown {
  return option.parseArg === undefined ? text : option.parseArg(text, previous);
}

/** Puts a key in front of the paths in an error about its value; an error about a file that it names stays whole. */
function below(key: string, value: unknown, message: string): string {
  if (typeof value !== 'object')
    return `  ${key}: ${message
      .trim()
      .replace(/^Expected/, 'expected')
      .replaceAll(/\s*\n\s*/g, ' ')}`;
  const lines = message.split('\n').filter((line) => line.startsWith('  '));
  return lines
    .map((line) => line.trim().replace(/^the \w+: /, ': '))
    .map((line) => `  ${key}${/^[[:]/.test(line) ? '' : '.'}${line}`)
    .join('\n');
}
