import type { ModelLibrary } from '../core/model-library.js';
import type { Answer, Call, Route } from './call.js';
import type { InferenceRouteName } from './routes.js';

/** Answers an inference call, by forwarding it or with a canned text. May throw a Problem. */
export type InferenceHandler = (call: Call, route: InferenceRouteName, library: ModelLibrary) => Promise<Answer>;

/** The limit for bodies of inference calls, in bytes: larger than the others, because prompts carry pictures. */
export const INFERENCE_BODY_BYTES = 64 * 1024 * 1024;

/** The parts from which inference calls are answered. */
export interface InferenceContext {
  readonly library: ModelLibrary;
  readonly inference?: InferenceHandler | undefined;
  onNotImitated(route: Route): void;
}

/** Reads which model an inference call asks for; undefined where it names none. */
export function modelToRun(body: unknown): string | undefined {
  const { model } = (typeof body === 'object' && body !== null ? body : {}) as { model?: unknown };
  return typeof model === 'string' ? model : undefined;
}
