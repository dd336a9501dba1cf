/** What a schema found wrong with a value; the shape that zod reports. */
export interface Issue {
  readonly code?: string | undefined;
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** One line per wrong value: its path, what was expected there, and what was found. */
export function describeIssues(issues: readonly Issue[], input: unknown, whole: string): string {
  return issues
    .flatMap((issue) => spread(issue))
    .map((issue) => `  ${describeIssue(issue, input, whole)}`)
    .join('\n');
}

/** Unknown keys are reported together, on the object that has them; a reader looks for each key. */
function spread(issue: Issue & { readonly keys?: readonly string[] }): readonly Issue[] {
  return issue.code === 'unrecognized_keys'
    ? issue.keys!.map((key) => ({ code: issue.code, path: [...issue.path, key], message: 'no such key' }))
    : [issue];
}

function describeIssue(issue: Issue, input: unknown, whole: string): string {
  let path = '';
  let value = input;
  for (const key of issue.path) {
    path += typeof key === 'number' ? `[${key}]` : `${path === '' ? '' : '.'}${String(key)}`;
    value = (value as Record<PropertyKey, unknown> | null | undefined)?.[key];
  }
  const found = value === undefined ? 'nothing' : clip(JSON.stringify(value));
  return `${path === '' ? whole : path}: expected ${expectation({ ...issue })}, found ${found}`;
}

function expectation(issue: Issue & Record<string, unknown>): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue['expected'] === 'int' ? 'a whole number' : `${String(issue['expected'])}`;
    case 'invalid_value':
      return oneOf(issue['values'] as unknown[]);
    case 'invalid_union':
      return Array.isArray(issue['options']) ? oneOf(issue['options'] as unknown[]) : issue.message;
    case 'too_small':
      if (issue['origin'] === 'string') return 'some text';
      if (issue['origin'] === 'array') return 'at least one element';
      return `a number ${issue['inclusive'] === true ? 'of at least' : 'above'} ${String(issue['minimum'])}`;
    case 'too_big':
      return `a number of at most ${String(issue['maximum'])}`;
    default:
      return issue.message;
  }
}

function oneOf(values: readonly unknown[]): string {
  return `one of ${values.map((value) => JSON.stringify(value)).join(', ')}`;
}

function clip(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
