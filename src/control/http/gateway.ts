import type { Api } from '../../api/api.js';
import { chain, prettyJson, type Answerer, type Call, type CallMiddleware } from '../../api/call.js';
import type { CorsOrigin } from '../../api/cors.js';
import { ForwardedCall } from '../../api/forwarded-call.js';
import { isDocumentedPath, isInferencePath } from '../../api/routes.js';
import { problems } from '../../contract/problem.js';
import { ControlError } from '../base/control-error.js';
import type { Session } from '../session/session.js';
import { isControlPath } from './control-path.js';
import type { ControlApi } from './router.js';
import type { ControlGuardOptions } from './guard.js';

/**
 * Finds the session of a call, and the path within it. The session is opened only when it is used; opening throws a
 * ControlError for an invalid name. `turnAway` answers in place of any session.
 */
export type Locate = (call: Pick<Call, 'path' | 'header'>) => {
  path: string;
  open: () => Pick<Session, 'answer' | 'operations'>;
  turnAway?: Answerer;
};

/** Which pages and hosts may call an api, and with which token of the control API. */
export interface GatewayOptions extends ControlGuardOptions {
  /** Lets pages of this origin call; `*` for all. Off by default, as in LM Studio. */
  cors?: CorsOrigin | undefined;
  /** With CORS off: called once for each foreign origin whose page calls. */
  onForeignOrigin?: ((origin: string) => void) | undefined;
  /** Called with unexpected errors; the caller gets a 500. */
  onError?: (error: unknown) => void;
}

/**
 * Creates the api that transports serve: LM Studio's routes, and the control API under `/__modeldock`.
 * @param inFront wraps LM Studio's routes, where those need a guard of their own
 */
export function createGateway(
  locate: Locate,
  control: ControlApi,
  options: GatewayOptions & { hasInference?: boolean; keepAliveMs?: number | undefined },
  inFront?: CallMiddleware,
): Api {
  const { hasInference = false, keepAliveMs } = options;
  const answer = chain(outermost(options), async (call) => {
    const { path, open, turnAway } = locate(call);
    const located = path === call.path ? call : new ForwardedCall(call, { path });
    const isControl = isControlPath(path);
    try {
      if (isControl) return await control(() => open().operations, located);
      const routes: Answerer = turnAway ?? ((inside) => open().answer(inside));
      return await (inFront?.(routes) ?? routes)(located);
    } catch (error) {
      if (!isControl && error instanceof ControlError) {
        const { status, code, message } = error;
        return prettyJson(status, { error: { type: 'invalid_request', code, message } });
      }
      // The caller has left: it cannot read an answer, and a body that was cut off is not a defect.
      if (call.signal.aborted) return 'network error';
      options.onError?.(error);
      const internal = problems.internal();
      const { message } = internal;
      return prettyJson(internal.status, isControl ? { error: { code: 'internal_error', message } } : internal.answer);
    }
  });
  return {
    ...(keepAliveMs !== undefined && { keepAliveMs }),
    owns: (route, ownership) => ownership === 'origin' || isOurs(route.path),
    answer,
    // Loaded with the first call: pages with MSW's handlers do not use it.
    fetch: async (request) => (await import('../../api/fetch.js')).fetchFrom(answer, request),
  };

  function isOurs(path: string): boolean {
    const { path: inside } = locate({ path, header: () => undefined });
    return isControlPath(inside) || isDocumentedPath(inside) || (hasInference && isInferencePath(inside));
  }
}

function outermost({ cors, onForeignOrigin }: GatewayOptions): CallMiddleware[] {
  if (cors !== undefined) return [loadedLater(async () => (await loadCors()).allowCrossOrigin(cors))];
  if (!onForeignOrigin) return [];
  return [loadedLater(async () => (await loadCors()).reportForeignOrigins(onForeignOrigin))];
}

const loadCors = () => import('../../api/cors.js');

/** Loads a middleware with the first call: most pages need no CORS. */
function loadedLater(load: () => Promise<CallMiddleware>): CallMiddleware {
  let loading: Promise<CallMiddleware> | undefined;
  return (next) => async (call) => (await (loading ??= load()))(next)(call);
}
