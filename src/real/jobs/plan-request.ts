import type { DownloadRequest } from '../../core/engine.js';
import { RefusedError } from '../../core/errors.js';
import type { HubCatalog } from '../hub/catalog/catalog.js';
import type { DownloadPlan } from '../plan.js';
import type { EngineContext } from './engine-context.js';

/**
 * Asks the hub which files a request means. For a catalog model, it is the first repo that has a matching option.
 * @throws RefusedError of the first repo, if none has
 */
export async function planRequest(
  hub: EngineContext['hub'],
  catalog: HubCatalog,
  { model, quantization }: DownloadRequest,
  { subject, signal }: { subject: string; signal: AbortSignal },
): Promise<DownloadPlan> {
  const label = quantization === undefined ? {} : { quantization };
  if (model.source === 'huggingface') {
    return hub.plan({ owner: model.owner, repo: model.repo, ...label, subject }, signal);
  }
  const repos = await catalog.find(model.id, signal);
  let refusal: unknown;
  for (const { owner: publisher, repo } of repos) {
    try {
      return await hub.plan({ owner: publisher, repo, ...label, subject }, signal);
    } catch (error) {
      // Of several repos, one may have only files for another program.
      if (!(error instanceof RefusedError) || !['no_compatible_option', 'missing_or_private'].includes(error.code)) {
        throw error;
      }
      refusal ??= error;
    }
  }
  throw refusal;
}
