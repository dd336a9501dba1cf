import type { ModelLibrary } from '../core/model-library.js';
import { note, prettyJson, type Answer, type Call, type Route } from './call.js';
import type { InferenceRouteName } from './routes.js';

/** Answers a call on which a model runs, by forwarding it or with a canned text. It may throw a Problem. */
export type InferenceHandler = (call: Call, route: InferenceRouteName, library: ModelLibrary) => Promise<Answer>;

/** Prompts carry pictures, so their bodies may be larger than others, in bytes. */
export const INFERENCE_BODY_BYTES = 64 * 1024 * 1024;

interface InferenceContext {
  readonly library: ModelLibrary;
  readonly inference?: InferenceHandler | undefined;
  onNotImitated(route: Route): void;
}

/** @throws Problem not_imitated where there is no inference, and what the handler throws */
export async function answerInference(world: InferenceContext, call: Call, route: InferenceRouteName): Promise<Answer> {
  const { inference, library } = world;
  if (inference) return inference(call, route, library);
  const { method, path } = call;
  world.onNotImitated({ method, path });
  note(call, { model: await modelInBody(call) });
  throw (await loadRefusals()).inferenceNotImitated(`${method} ${path}`);
}

/** Refuses the WebSocket of an SDK: as a plain answer, which WebSocket clients report with its status. */
export async function refuseUpgrade(world: InferenceContext, { method, path }: Call): Promise<Answer> {
  world.onNotImitated({ method, path });
  const { status, answer } = (await loadRefusals()).sdkNotImitated(path);
  return prettyJson(status, answer);
}

/** The model that the body of an inference call asks for, where it names one. */
export function modelToRun(body: unknown): string | undefined {
  const { model } = (typeof body === 'object' && body !== null ? body : {}) as { model?: unknown };
  return typeof model === 'string' ? model : undefined;
}

/** Whatever is wrong with the body, the answer is the same. */
async function modelInBody(call: Call): Promise<string | undefined> {
  try {
    return modelToRun(JSON.parse(await call.text(INFERENCE_BODY_BYTES)));
  } catch {
    return undefined;
  }
}

const loadRefusals = () => import('../contract/not-imitated.js');
