import type { EngineSettings } from '../engine-options.js';
import { describeBytes } from '../../core/byte-amounts.js';
import { exitCodes } from './exit-codes.js';
import { refuseModel } from './no-model.js';
import { readInstalled } from './read-model.js';
import type { CliIo } from './cli-io.js';
import { withDownloader } from './with-downloader.js';

export interface RemoveSettings extends EngineSettings {
  force?: boolean;
}

/** Runs `modeldock remove MODEL`. Returns the exit code. */
export async function runRemove(model: string, settings: RemoveSettings, io: CliIo): Promise<number> {
  const key = readInstalled(model, io.environment.HF_ENDPOINT);
  if (typeof key !== 'string') return refuseModel('remove', model, key, io);
  return withDownloader('disk', settings, io, async (downloader) => {
    const { files, bytes } = await downloader.remove(key, { force: settings.force === true });
    const count = files.length === 1 ? '1 file' : `${files.length} files`;
    io.out(`Removed ${model}: ${count}, ${describeBytes(bytes)}.\n`);
    return exitCodes.done;
  });
}
