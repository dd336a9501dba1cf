import type { ControlApi, ControlRoutes, SessionRoutes } from './router.js';

/**
 * The control API, loaded with the first call that needs it: most pages control their dock in process and never call
 * these routes.
 */
export function createLazyControlApi(more: ControlRoutes = {}, ofSession: SessionRoutes = {}): ControlApi {
  let api: ControlApi | undefined;
  return async (open, call) => {
    api ??= (await import('./router.js')).createControlApi(more, ofSession);
    return api(open, call);
  };
}
