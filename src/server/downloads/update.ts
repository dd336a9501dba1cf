import type { EngineSettings } from '../engine-options.js';
import { exitCodes } from './exit-codes.js';
import { follow } from './follow.js';
import { going } from './get.js';
import { refuseModel } from './no-model.js';
import { readInstalled } from './read-model.js';
import type { CliIo } from './cli-io.js';
import { withDownloader } from './with-downloader.js';

/** Runs `modeldock update MODEL`. Returns the exit code. */
export async function runUpdate(model: string, settings: EngineSettings, io: CliIo): Promise<number> {
  const key = readInstalled(model, io.environment.HF_ENDPOINT);
  if (typeof key !== 'string') return refuseModel('update', model, key, io);
  return withDownloader('network', settings, io, async (downloader) => {
    const job = await downloader.update(key);
    if (job === 'already_downloaded') {
      io.out(`${model} is up to date.\n`);
      return exitCodes.done;
    }
    return follow(downloader, await going(downloader, job), 'The same command', io);
  });
}
