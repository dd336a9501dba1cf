import type { z } from 'zod/mini';
import { describeIssues } from '../core/issues.js';
import type { Received } from './exchange.js';

/** What an answer has to be. What is absent is not looked at. */
export interface Expectation {
  status?: number;
  /** By lower-case name; `undefined` where it may not be there. */
  headers?: Readonly<Record<string, string | RegExp | undefined>>;
  /** The body, to the byte. */
  text?: string;
  /** The body as JSON, whatever the order of its keys. */
  json?: unknown;
  /** Fields that the error object of the body has, besides others. */
  error?: Readonly<Record<string, string | RegExp>>;
  /** The body as JSON, by a schema. */
  schema?: NamedSchema;
  /** The body is JSON with an indentation of two spaces. */
  pretty?: true;
  /** Finds what is wrong in another way, as sentences. */
  judge?: (received: Received) => readonly string[];
  /** What `judge` looks for. */
  described?: string;
}

/** A schema of the contract, with the name of what it describes. */
export interface NamedSchema {
  name: string;
  schema: z.ZodMiniType;
}

/** Finds where an answer differs from what is expected, one sentence each. */
export function differencesFrom(expected: Expectation, received: Received): string[] {
  const differences: string[] = [];
  const { status, headers = {}, text, json, error, schema, pretty, judge } = expected;
  if (status !== undefined && received.status !== status) {
    differences.push(`status: expected ${status}, found ${received.status}`);
  }
  for (const [name, value] of Object.entries(headers)) differences.push(...differencesInHeader(name, value, received));
  if (text !== undefined && received.body !== text) differences.push(differenceInText(text, received.body));
  if (pretty === true) differences.push(...differencesInPrint(received.body));
  if (json !== undefined || error !== undefined || schema !== undefined) {
    differences.push(...differencesInJson(expected, received.body));
  }
  if (judge) differences.push(...judge(received));
  return differences;
}

/** Shows an expectation as people read an answer: a status, headers and a body. */
export function showExpectation({
  status,
  headers = {},
  text,
  json,
  error,
  schema,
  pretty,
  described,
}: Expectation): string {
  const lines = [
    ...(status === undefined ? [] : [String(status)]),
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value === undefined ? '(absent)' : String(value)}`),
  ];
  if (text !== undefined) lines.push(text === '' ? '(no body)' : text);
  if (json !== undefined) lines.push(print(json));
  if (error !== undefined) lines.push(print({ error: showFields(error) }));
  if (schema !== undefined) lines.push(`(${schema.name})`);
  if (pretty === true) lines.push('(JSON, indented by two spaces)');
  if (described !== undefined) lines.push(`(${described})`);
  return lines.join('\n');
}

/** Formats JSON as LM Studio prints it under `/api/v1`. */
function print(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

function showFields(fields: Readonly<Record<string, string | RegExp>>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]));
}

function differencesInHeader(name: string, expected: string | RegExp | undefined, { headers }: Received): string[] {
  const found = headers[name];
  const fits =
    expected === undefined || typeof expected === 'string' || found === undefined
      ? found === expected
      : expected.test(found);
  if (fits) return [];
  return [`header ${name}: expected ${expected === undefined ? 'none' : String(expected)}, found ${found ?? 'none'}`];
}

function differenceInText(expected: string, found: string): string {
  if (expected === '') return `body: expected none, found ${found.length} characters`;
  if (found === '') return 'body: expected one, found none';
  const [wanted, given] = [parse(expected), parse(found)];
  const isPrint = wanted !== undefined && given !== undefined && isSame(wanted.value, given.value);
  return isPrint ? 'body: the same JSON, printed in another way' : 'body: another text than expected';
}

function differencesInPrint(body: string): string[] {
  const parsed = parse(body);
  if (!parsed) return [`body: expected JSON, found ${clip(body)}`];
  return body === print(parsed.value) ? [] : ['body: expected an indentation of two spaces, found another'];
}

function differencesInJson({ json, error, schema }: Expectation, body: string): string[] {
  const parsed = parse(body);
  if (!parsed) return [`body: expected JSON, found ${clip(body)}`];
  const { value } = parsed;
  const differences: string[] = [];
  if (json !== undefined && !isSame(json, value)) differences.push(...differencesBetween('body', json, value));
  if (error !== undefined) differences.push(...differencesInError(error, value));
  if (schema !== undefined) {
    const result = schema.schema.safeParse(value);
    if (!result.success) differences.push(...linesOf(describeIssues(result.error.issues, value, 'the body')));
  }
  return differences;
}

function differencesInError(expected: Readonly<Record<string, string | RegExp>>, body: unknown): string[] {
  const error = field(body, 'error');
  if (typeof error !== 'object' || error === null) return [`error: expected an object, found ${clip(spell(error))}`];
  return Object.entries(expected).flatMap(([name, wanted]) => {
    const found = field(error, name);
    const fits = typeof wanted === 'string' ? found === wanted : typeof found === 'string' && wanted.test(found);
    return fits ? [] : [`error.${name}: expected ${String(wanted)}, found ${clip(spell(found))}`];
  });
}

function differencesBetween(path: string, expected: unknown, found: unknown): string[] {
  if (isSame(expected, found)) return [];
  if (!isRecord(expected) || !isRecord(found))
    return [`${path}: expected ${clip(spell(expected))}, found ${clip(spell(found))}`];
  const names = [...new Set([...Object.keys(expected), ...Object.keys(found)])];
  return names.flatMap((name) =>
    differencesBetween(path === 'body' ? name : `${path}.${name}`, expected[name], found[name]),
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function field(value: unknown, name: string): unknown {
  return isRecord(value) ? value[name] : undefined;
}

/** Whether two values are the same JSON, whatever the order of their keys. */
function isSame(one: unknown, other: unknown): boolean {
  if (isRecord(one) && isRecord(other)) {
    const names = Object.keys(one);
    return names.length === Object.keys(other).length && names.every((name) => isSame(one[name], other[name]));
  }
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, index) => isSame(item, other[index]));
  }
  return one === other;
}

function parse(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

function linesOf(text: string): string[] {
  return text.split('\n').map((line) => line.trim());
}

function spell(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}

function clip(text: string): string {
  if (text === '') return 'nothing';
  return text.length > 200 ? `${text.slice(0, 199)}…` : text;
}
