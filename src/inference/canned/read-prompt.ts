import { problems } from '../../contract/problem.js';
import { isJsonType } from '../../contract/read-body.js';

/**
 * Reads the body of an inference call, a JSON object with any keys.
 * @throws Problem malformedJson, unsupportedMediaType, wrongType
 */
export function readPrompt(text: string, contentType: string | undefined): Record<string, unknown> {
  if (!isJsonType(contentType)) throw problems.unsupportedMediaType(contentType);
  const value = parse(text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw problems.wrongType('body', 'object', Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text === '' ? '{}' : text);
  } catch {
    throw problems.malformedJson();
  }
}
