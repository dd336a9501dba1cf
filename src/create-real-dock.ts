import type { Api, ApiOptions } from './api/api.js';
import type { Call } from './api/call.js';
import { profileNamed, type Profile, type ProfileName } from './contract/profiles.js';
import { ControlError } from './control/base/control-error.js';
import { controlRoutes, type ControlOperations } from './control/contract/dock-control.js';
import { downloadRoutes, type DownloadOperations, type RealDockControl } from './control/contract/downloads-control.js';
import { createControl, inProcess } from './control/contract/route.js';
import { sessionsRoutes, type SessionsOperations } from './control/contract/sessions-control.js';
import { downloadGroup } from './control/http/download-routes.js';
import { createRouter, type ControlRoutes, type RouteGroup } from './control/http/router.js';
import { Session } from './control/session/session.js';
import { createGateway, type GatewayOptions } from './control/http/gateway.js';
import { guardControl } from './control/http/guard.js';
import { createLocalDownloads } from './control/session/local-downloads.js';
import { DEFAULT_SESSION, sessionOf } from './control/session/session-name.js';
import type { EngineParts, EngineSetup } from './control/session/engine-setup.js';
import type { DownloadEvent, Downloader } from './core/downloader.js';
import { checkOptions, type OptionNames } from './core/check-options.js';
import { createInference, type Inference } from './inference/create-inference.js';

/** Options of a dock with real downloads. */
export interface RealDockOptions extends GatewayOptions, ApiOptions {
  /** For instance `await openDownloader({ modelsDirs: ['models'] })`. The caller closes it, after the dock. */
  downloader: Downloader;
  /** `documented` by default. */
  profile?: ProfileName | Profile;
  /** Requires `Authorization: Bearer <token>` on LM Studio's routes. */
  requireToken?: string;
  /** Accepts a quantization together with a catalog id, which LM Studio answers with 501. */
  allowCatalogQuantization?: boolean;
  /**
   * Answers inference calls: `none` (a 501, the default), `canned`, or the URL of a server that runs models, for
   * instance the files just downloaded.
   */
  inference?: Inference;
}

/**
 * Serves LM Studio's routes, and the control API, over an engine that really downloads. There is one session, which
 * every session name leads to. Its clock is the machine's. A reset empties the journal and removes the faults;
 * downloads and models stay, as files do.
 */
export interface RealDock extends RealDockControl {
  readonly api: Api;
  /** The token that the control API requires; generated here unless it was given. */
  readonly controlToken: string;
  /** Ends hanging calls, waits and event streams; the downloader continues. */
  close(): void;
}

/**
 * Puts a dock around an engine that really downloads.
 * @throws RangeError for a profile that there is not
 * @example
 * const downloader = await openDownloader({ modelsDirs: ['models'] });
 * const dock = createRealDock({ downloader });
 * const serving = await serve({ api: dock.api, port: 0 });
 * await dock.downloads.bandwidth.set({ bytesPerSecond: 5_000_000 });
 * await serving.close();
 * dock.close();
 * await downloader.close();
 */
export function createRealDock(options: RealDockOptions): RealDock {
  checkOptions('createRealDock', options, realDockOptions);
  return createServerDock(options, {});
}

/** Puts a dock around an engine whose control API has further routes, as a server's has. @throws as createRealDock */
export function createServerDock(options: RealDockOptions, furtherRoutes: ControlRoutes): RealDock {
  const { downloader, profile = 'documented', controlToken = crypto.randomUUID() } = options;
  const session = new Session({
    seed: 'modeldock',
    engineName: 'real',
    profile: typeof profile === 'string' ? profileNamed(profile) : profile,
    requireToken: options.requireToken,
    explainFailures: options.explainFailures ?? true,
    ...(options.onError && { onError: options.onError }),
    ...(options.onUnknownRoute && { onUnknownRoute: options.onUnknownRoute }),
    ...(options.onNotImitated && { onNotImitated: options.onNotImitated }),
    inference: createInference(options.inference, options.requireToken !== undefined),
    makeEngine: (setup) => engineOver(downloader, options.allowCatalogQuantization === true, setup),
  });
  const operations = realOperations(session.operations, downloader);
  const control: RealDockControl = {
    ...createControl<Omit<RealDockControl, 'events'>>({ ...controlRoutes, ...downloadRoutes }, inProcess(operations)),
    events: operations.events,
  };
  const { keepAliveMs } = typeof profile === 'string' ? profileNamed(profile) : profile;
  const guarded = { ...options, controlToken, hasInference: (options.inference ?? 'none') !== 'none', keepAliveMs };
  const real = { operations, answer: (call: Call) => session.answer(call) };
  const api = createGateway(
    (call) => ({ path: sessionOf(call).path, open: () => real }),
    createRouter([oneSession, { ...downloadGroup, notOffered }], furtherRoutes, guarded),
    guarded,
    guardControl(guarded, false),
  );
  return { ...control, api, controlToken, close: () => session.close() };
}

/**
 * Builds the control operations of a session over an engine that really downloads; without a settable clock and
 * snapshots.
 */
function realOperations(general: ControlOperations, downloader: Downloader): ControlOperations & DownloadOperations {
  const downloads = createLocalDownloads(downloader, general['jobs.get']);
  return {
    ...general,
    ...downloads,
    'jobs.start': downloads['downloads.start'],
    'clock.set': refuseTime,
    'clock.advance': refuseTime,
    'models.remove': async ({ parameter }) => {
      await downloads['downloads.remove']({ parameter, input: {} });
    },
    restore: async () => {
      throw unsupported(
        'restore a snapshot with the real engine: it cannot restore the files on disk. Use the simulated engine',
      );
    },
    fork: async () => {
      throw unsupported(
        'fork the session of the real engine: it cannot copy the files on disk. Use the simulated engine',
      );
    },
  };
}

function engineOver(downloader: Downloader, allowCatalogQuantization: boolean, setup: EngineSetup): EngineParts {
  const stop = downloader.subscribe((event) => report(event, setup));
  setup.closing().addEventListener('abort', stop, { once: true });
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

/** Reports the end of a job as a transition, and everything else as a decision, even a pause by the engine itself. */
function report({ at, job, model, type }: DownloadEvent, { onDecision, onTransition }: EngineSetup): void {
  if (type === 'completed' || type === 'failed') onTransition({ at, job, model, type });
  else onDecision({ type, job, model });
}

async function refuseTime(): Promise<never> {
  throw unsupported("set or advance the clock of the real engine: its time is the machine's. Use the simulated engine");
}

const oneSessionOperations: SessionsOperations = {
  'sessions.list': async () => [{ session: DEFAULT_SESSION, idleMs: 0 }],
  'sessions.open': async () => {
    throw unsupported('open a session of the real engine: it has a single session, which every name leads to');
  },
  'sessions.drop': async () => {
    throw unsupported(
      'drop a session of the real engine: it has a single session. Cancel jobs or remove models instead',
    );
  },
};

/** The routes that concern all sessions, for a server with a single one. */
const oneSession: RouteGroup = { routes: sessionsRoutes, operations: () => oneSessionOperations };

function unsupported(what: string): ControlError {
  return new ControlError(501, 'unsupported', `Cannot ${what}.`);
}

/** What only a simulation can, as the routes of the control API. */
const notOffered: readonly string[] = [
  ...['PUT /clock', 'POST /clock/advance', 'GET /scenario', 'PUT /scenario', 'POST /models', 'POST /jobs/:job/fail'],
  ...['GET /snapshot', 'POST /restore', 'POST /fork', 'POST /sessions', 'DELETE /sessions/:session'],
];

const realDockOptions: OptionNames<RealDockOptions> = {
  downloader: true,
  profile: true,
  requireToken: true,
  allowCatalogQuantization: true,
  inference: true,
  cors: true,
  onForeignOrigin: true,
  onError: true,
  allowedHosts: true,
  controlToken: true,
  explainFailures: true,
  onUnknownRoute: true,
  onNotImitated: true,
};
