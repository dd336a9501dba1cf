import type { createRouter, ControlApi } from './router.js';

/**
 * Loads the control API with the first call that needs it: most pages control their dock in process and never call
 * these routes.
 */
export function createLazyRouter(...parts: Parameters<typeof createRouter>): ControlApi {
  let api: ControlApi | undefined;
  return async (open, call) => {
    api ??= (await import('./router.js')).createRouter(...parts);
    return api(open, call);
  };
}
