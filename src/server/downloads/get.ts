import type { Downloader } from '../../core/downloader.js';
import type { DownloadRequest } from '../../core/engine.js';
import { RefusedError } from '../../core/errors.js';
import type { JobSnapshot } from '../../core/job.js';
import type { EngineSettings } from '../engine-options.js';
import { exitCodes } from './exit-codes.js';
import { follow } from './follow.js';
import { refuseModel } from './no-model.js';
import { asRepo, readModel } from './read-model.js';
import type { CliIo } from './cli-io.js';
import { withDownloader } from './with-downloader.js';

export interface GetSettings extends EngineSettings {
  quantization?: string;
}

/** Runs `modeldock get MODEL`. Returns the exit code. */
export async function runGet(model: string, settings: GetSettings, io: CliIo): Promise<number> {
  const { environment, out } = io;
  const typed = readModel(model, environment.HF_ENDPOINT);
  if ('reason' in typed) return refuseModel('get', model, typed, io);
  const { quantization = typed.quantization } = settings;
  if (typed.quantization !== undefined && quantization !== typed.quantization) {
    const reason = `it names ${typed.quantization}, and --quantization names ${quantization!}. Give only one of them`;
    return refuseModel('get', model, { reason }, io);
  }
  const request: DownloadRequest = { model: typed.model, ...(quantization !== undefined && { quantization }) };
  return withDownloader('network', settings, io, async (downloader) => {
    const job = await begin(downloader, request);
    if (job === 'already_downloaded') {
      out(`${model} is already downloaded.\n`);
      return exitCodes.done;
    }
    return follow(downloader, await going(downloader, job), 'The same command', io);
  });
}

/** Starts a download. A name that the catalog does not know may be that of a repo. */
async function begin(downloader: Downloader, request: DownloadRequest): Promise<JobSnapshot | 'already_downloaded'> {
  try {
    return await downloader.get(request);
  } catch (unknown) {
    const model = asRepo(request.model);
    if (!model || !(unknown instanceof RefusedError) || unknown.code !== 'model_not_found') throw unknown;
    try {
      return await downloader.get({ ...request, model });
    } catch (error) {
      if (!(error instanceof RefusedError) || error.code !== 'missing_or_private') throw error;
      // The catalog's error says what else to try, the hub's that the repo may be private; both are shown.
      throw new RefusedError(unknown.code, unknown.subject, `${unknown.message} ${error.message}`, { cause: error });
    }
  }
}

/** Resumes a paused job. Returns its id. */
export async function going(downloader: Downloader, job: JobSnapshot): Promise<string> {
  if (job.state === 'paused') await downloader.jobs.resume(job.id);
  return job.id;
}
