import { createApi, type Api, type ApiOptions } from '../api/api.js';
import { chain, type Link } from '../api/call.js';
import { allowCrossOrigin, reportForeignOrigins, type CorsOrigin } from '../api/cors.js';
import { fetchFrom } from '../api/fetch.js';
import { requireToken } from '../api/require-token.js';
import type { VirtualClock } from '../core/clock.js';
import type { DownloadEngine, JobControl } from '../core/engine.js';
import type { ModelShelf } from '../core/shelf.js';
import { createControlApi, isControlPath, type DockStatus } from './control-api.js';
import type { DockClock } from './dock-clock.js';
import { guardControl } from './guard.js';

/** What a dock is built around; the entry that starts things makes it. */
export interface World<Jobs extends JobControl> {
  clock: VirtualClock;
  engine: DownloadEngine;
  shelf: ModelShelf;
  jobs: Jobs;
}

export interface DockOptions extends Omit<ApiOptions, 'engine' | 'shelf'> {
  /** Asks LM Studio's routes for `Authorization: Bearer <token>`. */
  requireToken?: string;
  /** Lets pages of this origin call; `*` for all. Off by default, as in LM Studio. */
  cors?: CorsOrigin;
  /** With CORS off: told once of each foreign origin whose page calls. */
  onForeignOrigin?: (origin: string) => void;
  /** Names, besides those of loopback, under which the control API may be asked for. */
  allowedHosts?: readonly string[];
  /** The name of the engine, for the health check. */
  engineName: string;
  /** The OpenAPI document, where there is one to serve. */
  openApi?: () => Promise<string>;
}

/** One isolated world: what clients call, and what operates it. */
export interface Dock<Jobs extends JobControl = JobControl> {
  /** LM Studio's routes, and the operator's under `/__modeldock`. */
  readonly api: Api;
  readonly clock: DockClock;
  readonly jobs: Jobs;
  /** Back to the first moment: no jobs, nothing loaded, the clock as it was. */
  reset(): Promise<DockStatus>;
}

export function openDock<Jobs extends JobControl>(makeWorld: () => World<Jobs>, options: DockOptions): Dock<Jobs> {
  let world = makeWorld();
  // Delegates, so that whoever holds the api holds it across a reset.
  const api = createApi({
    ...options,
    engine: {
      start: (request) => world.engine.start(request),
      status: (jobId) => world.engine.status(jobId),
    },
    shelf: {
      installed: () => world.shelf.installed(),
      loaded: () => world.shelf.loaded(),
      load: (request) => world.shelf.load(request),
      unload: (instanceId) => world.shelf.unload(instanceId),
    },
  });

  const clock: DockClock = {
    status: () => {
      const now = world.clock.now();
      return { now, date: new Date(now).toISOString(), speed: world.clock.speed };
    },
    advance: async (ms) => {
      world.clock.advance(ms);
      return clock.status();
    },
  };
  const status = (): DockStatus => ({ status: 'ok', engine: options.engineName, clock: clock.status() });
  const reset = async (): Promise<DockStatus> => {
    world = makeWorld();
    return status();
  };
  const control = createControlApi({ status, reset, clock, openApi: options.openApi });

  const operate = chain([guardControl(options)], control);
  const serve = chain(options.requireToken === undefined ? [] : [requireToken(options.requireToken)], (call) =>
    api.answer(call),
  );
  const answer = chain(outermost(options), (call) => (isControlPath(call.path) ? operate(call) : serve(call)));

  return {
    api: {
      owns: (route, ownership) => isControlPath(route.path) || api.owns(route, ownership),
      answer,
      fetch: (request) => fetchFrom(answer, request),
    },
    clock,
    get jobs() {
      return world.jobs;
    },
    reset,
  };
}

function outermost({ cors, onForeignOrigin }: DockOptions): Link[] {
  if (cors !== undefined) return [allowCrossOrigin(cors)];
  return onForeignOrigin ? [reportForeignOrigins(onForeignOrigin)] : [];
}
