import type { z } from 'zod/mini';
import { expectation, type Issue } from '../core/issues.js';
import { inferred } from './inferred.js';
import { problems, type Problem } from './problem.js';

/**
 * Checks a request body in LM Studio's order: JSON, content type, keys, types. A form is never JSON, so it is refused
 * for its content type whatever it holds.
 * @throws Problem malformedJson, unsupportedMediaType, missingField, unknownKeys, wrongType, wrongValue
 */
export function readBody<Body>(schema: z.ZodMiniType<Body>, text: string, contentType: string | undefined): Body {
  const type = mediaType(contentType);
  if (type !== undefined && FORMS.includes(type)) throw problems.unsupportedMediaType(contentType);
  const value = parseJson(text);
  if (type !== 'application/json') throw problems.unsupportedMediaType(contentType);
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw problemFromIssues(result.error.issues, value);
}

/** Whether a body of that content type is read as JSON. */
export function isJsonType(contentType: string | undefined): boolean {
  return mediaType(contentType) === 'application/json';
}

function mediaType(contentType: string | undefined): string | undefined {
  return contentType?.split(';', 1)[0]!.trim().toLowerCase();
}

const FORMS = ['multipart/form-data', 'application/x-www-form-urlencoded'];

function parseJson(text: string): unknown {
  if (text === '' && inferred.emptyBodyIsEmptyObject.value) return {};
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw problems.malformedJson();
  }
}

/** Maps zod's issues to LM Studio's errors by their code, because zod's texts differ. */
function problemFromIssues(
  issues: readonly (Issue & { keys?: unknown; expected?: unknown })[],
  body: unknown,
): Problem {
  const found = (issue: Issue): unknown => (body as Record<PropertyKey, unknown>)[issue.path[0]!];
  const missing = issues.find((issue) => issue.path.length > 0 && found(issue) === undefined);
  if (missing) return problems.missingField(String(missing.path[0]));
  const unknown = issues.find((issue) => issue.code === 'unrecognized_keys');
  if (unknown) return problems.unknownKeys(unknown.keys as string[]);
  const wrong = issues[0]!;
  const [param, value] = wrong.path.length === 0 ? ['body', body] : [String(wrong.path[0]), found(wrong)];
  return wrong.code === 'invalid_type' && wrong.expected !== 'int'
    ? problems.wrongType(param, String(wrong.expected), typeOf(value))
    : problems.wrongValue(param, expectation(wrong));
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
