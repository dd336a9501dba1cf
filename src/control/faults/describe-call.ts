import type { Call } from '../../api/call.js';
import { INFERENCE_BODY_BYTES, modelToRun } from '../../api/inference.js';
import { isInference, matchRoute, type RouteMatch } from '../../api/routes.js';
import { parseModelReference } from '../../contract/model-reference.js';
import { downloadBody, loadBody, unloadBody } from '../../contract/bodies.js';
import type { DownloadRequest } from '../../core/engine.js';
import { modelOfInstance, requestedModel } from '../../core/model-identity.js';

/** The subject of a call, as far as it is known before the api has answered. */
export interface CallSubject {
  route?: string;
  job?: string;
  model?: string;
}

/** Looks up models and jobs. */
export interface Describer {
  /** Finds a job. Must not poll it: inspecting a call changes nothing. */
  findJob(jobId: string): Promise<{ model: string } | undefined>;
  /** Predicts the model that a download would bring, where that is possible without starting it. */
  modelFor(request: DownloadRequest): string | undefined;
}

/** Reads a call, its body included, and tells which job or model it concerns. */
export async function describeCall(call: Call, describer: Describer): Promise<CallSubject> {
  const match = matchRoute(call);
  if (!match) return {};
  const model = await modelOf(call, match, describer);
  return {
    route: match.route,
    ...(match.jobId !== undefined && { job: match.jobId }),
    ...(model !== undefined && { model }),
  };
}

async function modelOf(
  call: Call,
  { name, jobId, modelKey }: RouteMatch,
  describer: Describer,
): Promise<string | undefined> {
  if (isInference(name)) return modelToRun(await readJson(call, INFERENCE_BODY_BYTES));
  switch (name) {
    case 'status':
      return (await describer.findJob(jobId!))?.model;
    case 'download': {
      const body = downloadBody.safeParse(await readJson(call));
      return body.success ? modelAskedFor(body.data, describer) : undefined;
    }
    case 'load': {
      const body = loadBody.safeParse(await readJson(call));
      return body.success ? body.data.model : undefined;
    }
    case 'unload': {
      const body = unloadBody.safeParse(await readJson(call));
      return body.success ? modelOfInstance(body.data.instance_id) : undefined;
    }
    case 'legacy-model':
      return modelKey;
    case 'models':
    case 'legacy-models':
    case 'openai-models':
    case 'greeting':
      return undefined;
  }
}

function modelAskedFor(
  { model, quantization }: { model: string; quantization?: string | undefined },
  describer: Describer,
): string {
  try {
    const request = { model: parseModelReference(model), ...(quantization !== undefined && { quantization }) };
    return describer.modelFor(request) ?? requestedModel(request);
  } catch {
    // A name that the api will refuse can still be matched by its text.
    return model;
  }
}

async function readJson(call: Call, limit?: number): Promise<unknown> {
  try {
    return JSON.parse(await call.text(limit)) as unknown;
  } catch {
    // The body is too large, cut off or not JSON: the api answers that with an error of its own.
    return undefined;
  }
}
