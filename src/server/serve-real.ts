import { createServerDock } from '../create-real-dock.js';
import type { Downloader } from '../core/downloader.js';
import { RefusedError } from '../core/errors.js';
import { DEFAULT_SESSION } from '../control/session/session-name.js';
import { openDownloader } from '../real/open-downloader.js';
import { readHubSettings } from '../real/hub/hub-settings.js';
import { checkNetworkSettings } from '../real/hub/network-settings.js';
import { lmStudioModels } from '../real/library/model-folders.js';
import { defaultLimits } from '../real/limits.js';
import { promises as files } from 'node:fs';
import { resolve } from 'node:path';
import { CommandError } from './command-error.js';
import { createLog } from './log.js';
import type { Serving } from './serve.js';
import {
  documentRoutes,
  gatewayOptions,
  makeControlToken,
  readyLine,
  serveWithLog,
  type OpenedServer,
} from './serve-with-log.js';
import type { Settings } from './settings.js';
import { welcomeReal, type RealWelcome } from './welcome-real.js';

/** Runs `modeldock serve --engine real`. @throws CommandError, CannotListenError */
export async function serveReal(settings: Settings, version: string): Promise<Serving> {
  const { welcomed, ...opened } = await openReal(settings);
  process.stdout.write(
    settings.json
      ? readyLine(opened, settings, opened.controlToken)
      : welcomeReal(opened, { ...settings, ...welcomed, version }),
  );
  return opened;
}

interface OpenedReal extends OpenedServer {
  /** What the welcome says of it. */
  welcomed: Pick<RealWelcome, 'controlToken' | 'modelsDirs' | 'endpoint' | 'offline' | 'hasToken' | 'jobsAtOnce'>;
}

/** Serves the real engine, and prints nothing on standard output. @throws CommandError, CannotListenError */
export async function openReal(settings: Settings): Promise<OpenedReal> {
  const log = createLog(settings.logLevel);
  const hub = orCommandError(() => readHubSettings(process.env));
  orCommandError(() => checkNetworkSettings(process.env));
  const modelsDirs = (settings.modelsDir ?? [await lmStudioModels(files)]).map((folder) => resolve(folder));
  const downloader = await open(settings, modelsDirs, (text) => log.warn(text));
  const controlToken = settings.controlToken ?? makeControlToken();
  const dock = createServerDock(
    {
      ...gatewayOptions(settings, controlToken, log),
      downloader,
      allowCatalogQuantization: settings.allowCatalogQuantization === true,
    },
    documentRoutes(settings.profile),
  );
  const close = async (): Promise<void> => {
    dock.close();
    await downloader.close();
  };
  const serving = await serveWithLog(dock.api, settings, log).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  return {
    ...serving,
    controlToken,
    welcomed: {
      controlToken,
      modelsDirs,
      endpoint: hub.endpoint,
      offline: hub.offline,
      hasToken: hub.token() !== undefined,
      jobsAtOnce: settings.jobsAtOnce ?? defaultLimits.jobsAtOnce,
    },
    sessions: () => [{ name: DEFAULT_SESSION, control: dock }],
    close: async () => {
      // Clients get their last answers while the downloads are being saved.
      await Promise.all([serving.close(), close()]);
    },
  };
}

async function open(
  { catalogDir, bandwidth, record, jobsAtOnce }: Settings,
  modelsDirs: readonly string[],
  onWarning: (text: string) => void,
): Promise<Downloader> {
  try {
    return await openDownloader({
      owner: 'server',
      environment: process.env,
      modelsDirs,
      onWarning,
      ...(catalogDir !== undefined && { catalogDir: catalogDir }),
      ...(bandwidth !== undefined && { bandwidth }),
      ...(record !== undefined && { record }),
      ...(jobsAtOnce !== undefined && { limits: { jobsAtOnce } }),
    });
  } catch (error) {
    throw error instanceof RefusedError ? new CommandError(error.message) : error;
  }
}

/** Turns an error about the environment into one that the user can act on. */
function orCommandError<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    throw new CommandError((error as Error).message);
  }
}
