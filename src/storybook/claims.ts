import type { Call } from '../api/call.js';
import { matchRoute } from '../api/routes.js';
import { matchesModel } from '../core/text-pattern.js';
import type { SimulatedDock } from '../create-dock.js';

/**
 * Tells which calls without a session's name are for a dock: polls of its jobs, and requests for its model. Stories on one
 * docs page call one address.
 */
export function claimsOf(dock: SimulatedDock, model: string | undefined): (call: Call) => Promise<boolean> {
  return async (call) => {
    const match = matchRoute(call);
    if (match?.jobId !== undefined) return (await dock.jobs.list()).some(({ id }) => id === match.jobId);
    if (match?.name !== 'download' || model === undefined) return false;
    return matchesModel(model, modelIn(await call.text().catch(() => '')));
  };
}

function modelIn(body: string): string {
  try {
    const { model } = JSON.parse(body) as { model?: unknown };
    return typeof model === 'string' ? model.replace(/^https:\/\/huggingface\.co\//i, '') : '';
  } catch {
    return '';
  }
}
