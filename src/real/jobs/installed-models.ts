import type { RemovedModel } from '../../core/downloader.js';
import type { DownloadRequest } from '../../core/engine.js';
import { RefusedError } from '../../core/errors.js';
import type { JobSnapshot } from '../../core/job.js';
import type { DescribedModel } from '../library/describe-model.js';
import type { InstalledLibrary } from '../library/installed-library.js';
import type { Lifecycle } from './lifecycle.js';
import { forgetBytes } from './make-room.js';
import type { Starter } from './start-job.js';
import type { EngineContext } from './engine-context.js';

/** Controls installed models. */
export interface InstalledModels {
  update(key: string): Promise<JobSnapshot | 'already_downloaded'>;
  remove(key: string, options?: { force?: boolean }): Promise<RemovedModel>;
}

export function createInstalledModels(
  context: EngineContext,
  lifecycle: Lifecycle,
  library: InstalledLibrary,
  starter: Starter,
): InstalledModels {
  return {
    update: async (key) => {
      const newest = (await library.find(key)).at(-1);
      if (!newest) {
        throw new RefusedError('model_not_installed', key, `Cannot update ${key}: no model of that key is installed.`, {
          choices: (await library.installed()).map((model) => model.key),
        });
      }
      return starter.renew(requestFor(newest, context.settings.endpoint));
    },
    // Removals run one after another: two of them would delete the same files.
    remove: (key, options) => context.withJobLock('remove', () => remove(key, options)),
  };

  async function remove(key: string, options?: { force?: boolean }): Promise<RemovedModel> {
    const models = await library.find(key);
    const atIt = [...lifecycle.live.values()].filter(({ record }) => models.some((model) => isOf(record.plan, model)));
    const running = atIt.find(({ record }) => record.state === 'downloading');
    if (running) {
      const { id } = running.record;
      throw new RefusedError(
        'wrong_job_state',
        key,
        `Cannot remove ${key}: the job ${id} is downloading it. Cancel the job first.`,
      );
    }
    // A job that has ended holds its lock for a moment longer.
    for (const { run } of atIt) await run?.done;
    const removed = await library.remove(key, options);
    for await (const job of context.store.list()) {
      const isLeft = job.state === 'failed' && models.some((model) => isOf(job.plan, model));
      if (isLeft) await forgetBytes(context, job);
    }
    return removed;
  }
}

/**
 * Creates a request for the same model. A model without a record is requested by its file: its label may mean another
 * file.
 */
function requestFor({ found, record }: DescribedModel, endpoint: string): DownloadRequest {
  const { owner, repo } = record ?? found;
  const quantization = record ? record.quantization : found.format === 'gguf' ? found.main.path : undefined;
  const label = quantization === undefined ? {} : { quantization };
  return record?.catalogId === undefined
    ? { model: { source: 'huggingface', owner, repo, url: `${endpoint}/${owner}/${repo}` }, ...label }
    : { model: { source: 'catalog', id: record.catalogId }, ...label };
}

/** Whether a plan writes files of a model. */
function isOf(
  { owner, repo, files }: { owner: string; repo: string; files: readonly { path: string }[] },
  { found }: DescribedModel,
): boolean {
  const isSameRepo = `${owner}/${repo}`.toLowerCase() === `${found.owner}/${found.repo}`.toLowerCase();
  return isSameRepo && files.some(({ path }) => found.files.some((file) => file.path === path));
}
