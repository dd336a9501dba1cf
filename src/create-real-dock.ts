import type { Api, ApiOptions } from './api/api.js';
import type { Call } from './api/call.js';
import { profileNamed, type Profile, type ProfileName } from './contract/profiles.js';
import { createControlApi, type ControlRoutes } from './control/http/router.js';
import { ControlError } from './control/base/control-error.js';
import { Session } from './control/session/session.js';
import { downloadRoutes } from './control/http/download-routes.js';
import type { RealDockControl } from './control/contract/downloads-control.js';
import { createGateway, type GatewayOptions } from './control/http/gateway.js';
import { guardControl } from './control/http/guard.js';
import { createDownloadsControl } from './control/session/local-downloads.js';
import { DEFAULT_SESSION, sessionOf } from './control/session/session-name.js';
import type { EngineParts, EngineSetup } from './control/session/engine-setup.js';
import type { DownloadEvent, Downloader } from './core/downloader.js';

/** What a dock is opened with whose downloads are actual ones. */
export interface RealDockOptions extends GatewayOptions, ApiOptions {
  /** For instance `await openDownloader({ modelsDirs: ['models'] })`. Whoever opened it closes it, after the dock. */
  downloader: Downloader;
  /** `documented` by default. */
  profile?: ProfileName | Profile;
  /** Asks LM Studio's routes for `Authorization: Bearer <token>`. */
  requireToken?: string;
  /** Takes a quantization together with a catalog id, which LM Studio answers with 501. */
  allowCatalogQuantization?: boolean;
  /** Routes of the control API that are not about one session. */
  controlRoutes?: ControlRoutes;
}

/**
 * LM Studio's routes, and an operator's, over an engine that really downloads. There is one world: whatever session a
 * call names, it is in this one. Its clock is the machine's. A reset empties the journal and removes the faults; downloads
 * and models stay, as files do.
 */
export interface RealDock extends RealDockControl {
  readonly api: Api;
  /** What the control API asks operators for, made here unless it was given. */
  readonly controlToken: string;
  /** Ends what hangs, waits and listens; the downloader goes on. */
  close(): void;
}

/** Puts a dock around an engine that really downloads. */
export function createRealDock(options: RealDockOptions): RealDock {
  const { downloader, profile = 'documented', controlToken = crypto.randomUUID() } = options;
  const dock = new Session({
    seed: 'modeldock',
    engineName: 'real',
    profile: typeof profile === 'string' ? profileNamed(profile) : profile,
    requireToken: options.requireToken,
    explainFailures: options.explainFailures ?? true,
    ...(options.onError && { onError: options.onError }),
    ...(options.onUnknownRoute && { onUnknownRoute: options.onUnknownRoute }),
    makeEngine: (plan) => worldOf(downloader, options.allowCatalogQuantization === true, plan),
  });
  const { control: general } = dock;
  const downloads = createDownloadsControl(downloader, (jobId) => general.jobs.get(jobId));
  const dockControl: RealDockControl = {
    ...general,
    clock: { get: () => general.clock.get(), set: refuseTime, advance: refuseTime },
    models: {
      ...general.models,
      remove: async (key) => {
        await downloads.remove(key);
      },
    },
    downloads,
    restore: async () => {
      throw unsupported(
        'restore a snapshot with the real engine: its files are as they are. Only a simulation can be restored',
      );
    },
    fork: async () => {
      throw unsupported('fork the world of the real engine: its files are there once. Only a simulation can be forked');
    },
  };
  const guarded = { ...options, controlToken };
  const controlApi = createControlApi({ ...oneSession, ...options.controlRoutes }, downloadRoutes);
  const door = { control: dockControl, answer: (call: Call) => dock.answer(call) };
  const api = createGateway(
    (call) => ({ path: sessionOf(call).path, dock: () => door }),
    controlApi,
    guarded,
    guardControl(guarded, false),
  );
  return { ...dockControl, api, controlToken, close: () => dock.close() };
}

function worldOf(downloader: Downloader, allowCatalogQuantization: boolean, plan: EngineSetup): EngineParts {
  const stop = downloader.subscribe((event) => tell(event, plan));
  plan.closing().addEventListener('abort', stop, { once: true });
  return {
    engine: {
      start: (request) => (allowCatalogQuantization ? downloader.get(request) : downloader.start(request)),
      status: (jobId) => downloader.status(jobId),
    },
    library: downloader.library,
    jobs: downloader.jobs,
    downloader,
  };
}

/** What somebody decided is a decision, and so is a pause that the engine took by itself; an end is what time brought. */
function tell({ at, job, model, type }: DownloadEvent, { onDecision, onTransition }: EngineSetup): void {
  if (type === 'completed' || type === 'failed') onTransition({ at, job, model, type });
  else onDecision({ type, job, model });
}

async function refuseTime(): Promise<never> {
  throw unsupported(
    "set or advance the clock of the real engine: its time is the machine's. Only a simulation's can be",
  );
}

/** One world has no sessions to open, to list or to drop. */
const oneSession: ControlRoutes = {
  'GET /sessions': async () => [{ session: DEFAULT_SESSION, idleMs: 0 }],
  'POST /sessions': async () => {
    throw unsupported('open a session of the real engine: there is one world, and every name of a session leads to it');
  },
  'DELETE /sessions/:session': async () => {
    throw unsupported('drop a session of the real engine: there is one world. Cancel jobs or remove models instead');
  },
};

function unsupported(what: string): ControlError {
  return new ControlError(501, 'unsupported', `Cannot ${what}.`);
}
