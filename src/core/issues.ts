/** A mistake that a schema found in a value; the shape that zod reports. */
export interface Issue {
  readonly code?: string | undefined;
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** Describes wrong values, a line each: the path, what was expected there, and what was found. */
export function describeIssues(issues: readonly Issue[], input: unknown, whole: string): string {
  return issues
    .flatMap((issue) => spread(issue))
    .map((issue) => `  ${describeIssue(issue, input, whole)}`)
    .join('\n');
}

/** Splits an issue about several unknown keys, which zod reports on the object that has them, into one per key. */
function spread(issue: Issue & { readonly keys?: readonly string[] }): readonly Issue[] {
  return issue.code === 'unrecognized_keys'
    ? issue.keys!.map((key) => ({
        code: issue.code,
        path: [...issue.path, key],
        message: wordsOr('no key of this name', issue),
      }))
    : [issue];
}

/** Returns a schema's own message, where it has one; zod's own are too technical. */
function wordsOr(otherwise: string, { message }: Issue): string {
  return /^(?:Unrecognized|Invalid input|Too )/.test(message) ? otherwise : message;
}

function describeIssue(issue: Issue, input: unknown, whole: string): string {
  let path = '';
  let value = input;
  for (const key of issue.path) {
    path += typeof key === 'number' ? `[${key}]` : `${path === '' ? '' : '.'}${String(key)}`;
    value = (value as Record<PropertyKey, unknown> | null | undefined)?.[key];
  }
  return `${path === '' ? whole : path}: expected ${expectation(issue)}, found ${clip(spell(value))}`;
}

/** Describes what a schema expected. */
export function expectation(reported: Issue): string {
  const issue: Issue & Record<string, unknown> = { ...reported };
  switch (issue.code) {
    case 'invalid_type':
      return kinds[String(issue.expected)] ?? String(issue.expected);
    case 'invalid_value':
      return oneOf(issue.values as unknown[]);
    case 'invalid_union':
      return Array.isArray(issue.options) ? oneOf(issue.options as unknown[]) : issue.message;
    case 'too_small':
      if (issue.origin === 'string') return 'some text';
      if (issue.origin === 'array') return `an array of at least ${String(issue.minimum)}`;
      return wordsOr(`a number ${issue.inclusive === true ? 'of at least' : 'above'} ${String(issue.minimum)}`, issue);
    case 'too_big':
      if (issue.origin === 'string') return `a text of at most ${String(issue.maximum)} characters`;
      return wordsOr(
        `${issue.origin === 'array' ? 'an array' : 'a number'} of at most ${String(issue.maximum)}`,
        issue,
      );
    default:
      return issue.message;
  }
}

const kinds: Readonly<Record<string, string>> = {
  object: 'an object',
  record: 'an object',
  nonoptional: 'a value',
  array: 'an array',
  tuple: 'an array',
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
};

function spell(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'function' || typeof value === 'symbol') return `a ${typeof value}`;
  // JSON has no spelling for NaN and infinity.
  if (typeof value === 'number') return String(value);
  try {
    return JSON.stringify(value);
  } catch {
    return `${typeof value === 'object' ? 'an object' : 'a value'} that JSON cannot spell`;
  }
}

function oneOf(values: readonly unknown[]): string {
  return `one of ${values
    .filter((value) => value !== undefined)
    .map((value) => JSON.stringify(value))
    .join(', ')}`;
}

function clip(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
