import type { ModelLibrary } from '../core/model-library.js';
import type { Answer, Call, Route } from './call.js';
import type { InferenceRouteName } from './routes.js';

/** Answers a call on which a model runs, by forwarding it or with a canned text. It may throw a Problem. */
export type InferenceHandler = (call: Call, route: InferenceRouteName, library: ModelLibrary) => Promise<Answer>;

/** Prompts carry pictures, so their bodies may be larger than others, in bytes. */
export const INFERENCE_BODY_BYTES = 64 * 1024 * 1024;

/** What inference calls are answered from. */
export interface InferenceContext {
  readonly library: ModelLibrary;
  readonly inference?: InferenceHandler | undefined;
  onNotImitated(route: Route): void;
}

/** The model that the body of an inference call asks for, where it names one. */
export function modelToRun(body: unknown): string | undefined {
  const { model } = (typeof body === 'object' && body !== null ? body : {}) as { model?: unknown };
  return typeof model === 'string' ? model : undefined;
}
