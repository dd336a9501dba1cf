import type * as z from 'zod/mini';
import { describeIssues } from '../core/issues.js';

/** An error about invalid input: a file, a control request, an argument. */
export class InvalidInput extends Error {
  override readonly name = 'InvalidInput';
  /** The path of the wrong value, for instance `faults[2].effect.ms`. */
  readonly path: string;

  constructor(path: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.path = path;
  }
}

/**
 * Checks a value that comes from outside.
 * @param name what the value is called in errors, for instance `faults` or `repos[0]`
 * @throws InvalidInput, naming each wrong value by its path
 */
export function readHubInput<Schema extends z.ZodMiniType>(
  schema: Schema,
  value: unknown,
  name: string,
): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  // The path starts with the name: a reader looks for `repos[0].files[2].size`, not for `files[2].size`.
  const issues = result.error.issues.map((issue) => ({ ...issue, path: [name, ...issue.path] }));
  const lines = describeIssues(issues, { [name]: value }, name);
  const path = /^ *(\S+?)(?=: )/.exec(lines)?.[1] ?? name;
  throw new InvalidInput(path, `Cannot read ${issues.length > 1 ? `${name}:\n${lines}` : lines.trim()}`);
}
