import { inferenceNotImitated, sdkNotImitated } from '../contract/not-imitated.js';
import { note, prettyJson, type Answer, type Call } from './call.js';
import { INFERENCE_BODY_BYTES, modelToRun, type InferenceContext } from './inference.js';
import { isSdkPath } from './sdk-path.js';

/* Loaded with the first inference call that is refused. */

/** @throws Problem not_imitated */
export async function refuseInference(context: InferenceContext, call: Call): Promise<never> {
  const { method, path } = call;
  context.onNotImitated({ method, path });
  note(call, { model: await modelInBody(call) });
  throw inferenceNotImitated(`${method} ${path}`);
}

/** Refuses an SDK's WebSocket with a plain answer, whose status WebSocket clients report; undefined for other calls. */
export function refuseUpgrade(context: InferenceContext, call: Call): Answer | undefined {
  const { method, path } = call;
  if (!isSdkPath(path) || call.header('upgrade')?.toLowerCase() !== 'websocket') return undefined;
  context.onNotImitated({ method, path });
  const { status, answer } = sdkNotImitated(path);
  return prettyJson(status, answer);
}

/** Reads the model from the body; a malformed body changes nothing about the answer, so it is ignored. */
async function modelInBody(call: Call): Promise<string | undefined> {
  try {
    return modelToRun(JSON.parse(await call.text(INFERENCE_BODY_BYTES)));
  } catch {
    return undefined;
  }
}
