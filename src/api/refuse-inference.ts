import { inferenceNotImitated, sdkNotImitated } from '../contract/not-imitated.js';
import { note, prettyJson, type Answer, type Call } from './call.js';
import { INFERENCE_BODY_BYTES, modelToRun, type InferenceContext } from './inference.js';
import { isSdkPath } from './sdk-path.js';

/* Loaded with the first call on which a model would run, where none does. */

/** @throws Problem not_imitated */
export async function refuseInference(world: InferenceContext, call: Call): Promise<never> {
  const { method, path } = call;
  world.onNotImitated({ method, path });
  note(call, { model: await modelInBody(call) });
  throw inferenceNotImitated(`${method} ${path}`);
}

/** Refuses the WebSocket of an SDK, undefined for other calls: as a plain answer, which WebSocket clients report with its status. */
export function refuseUpgrade(world: InferenceContext, call: Call): Answer | undefined {
  const { method, path } = call;
  if (!isSdkPath(path) || call.header('upgrade')?.toLowerCase() !== 'websocket') return undefined;
  world.onNotImitated({ method, path });
  const { status, answer } = sdkNotImitated(path);
  return prettyJson(status, answer);
}

/** Whatever is wrong with the body, the answer is the same. */
async function modelInBody(call: Call): Promise<string | undefined> {
  try {
    return modelToRun(JSON.parse(await call.text(INFERENCE_BODY_BYTES)));
  } catch {
    return undefined;
  }
}
