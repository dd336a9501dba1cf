import { Problem } from '../../contract/problem.js';
import type { Downloader } from '../../core/downloader.js';
import { RefusedError } from '../../core/errors.js';
import type { EngineSettings } from '../engine-options.js';
import { adviceOnFileError } from '../../node/file-errors.js';
import { exitCodeFor, exitCodes } from './exit-codes.js';
import { printable } from './printable.js';
import type { CliIo } from './cli-io.js';

/**
 * Opens the engine for one command, and closes it afterwards. What the engine refuses becomes one line and an exit code.
 * @param use a command that needs only the disk does not look at the variables of the network; one that only reads works
 * also where nothing may be written
 */
export async function withDownloader(
  use: 'network' | 'disk' | 'reading',
  { modelsDir, catalogDir, bandwidth }: EngineSettings,
  io: CliIo,
  run: (downloader: Downloader) => Promise<number>,
): Promise<number> {
  const { environment, err, openDownloader } = io;
  if (use === 'network') {
    const { checkNetworkSettings } = await import('../../real/hub/network-settings.js');
    try {
      checkNetworkSettings(environment);
    } catch (error) {
      err(`modeldock: ${(error as Error).message}\n`);
      return exitCodes.wrongUse;
    }
  }
  try {
    const downloader = await openDownloader({
      owner: 'command',
      environment,
      readOnly: use === 'reading',
      onWarning: (text) => err(`modeldock: ${printable(text)}\n`),
      ...(modelsDir && { modelsDirs: modelsDir }),
      ...(catalogDir !== undefined && { catalogDir: catalogDir }),
      ...(bandwidth !== undefined && { bandwidth }),
    });
    try {
      return await run(downloader);
    } finally {
      await downloader.close();
    }
  } catch (error) {
    if (error instanceof RefusedError) {
      err(`modeldock: ${printable(error.message + installedIn(error))}\n`);
      return exitCodeFor(error.code);
    }
    if (error instanceof Problem) {
      err(`modeldock: ${error.message}\n`);
      return exitCodes.wrongUse;
    }
    const known = adviceOnFileError(error);
    if (known !== undefined) {
      err(`modeldock: ${printable(`${(error as Error).message} (${known.reason}). ${known.advice}.`)}\n`);
      return exitCodes.failed;
    }
    throw error;
  }
}

/** Lists installed models after a refusal that does not name them itself. */
function installedIn({ code, choices = [] }: RefusedError): string {
  return code === 'model_not_installed' && choices.length > 0 ? ` Installed models: ${choices.join(', ')}.` : '';
}
