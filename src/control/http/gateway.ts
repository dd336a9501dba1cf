import type { Api } from '../../api/api.js';
import { chain, prettyJson, type Answerer, type Call, type CallMiddleware } from '../../api/call.js';
import { allowCrossOrigin, reportForeignOrigins, type CorsOrigin } from '../../api/cors.js';
import { fetchFrom } from '../../api/fetch.js';
import { ForwardedCall } from '../../api/forwarded-call.js';
import { isDocumentedPath } from '../../api/routes.js';
import { problems } from '../../contract/problem.js';
import { ControlError } from '../base/control-error.js';
import type { Session } from '../session/session.js';
import { isControlPath } from './control-path.js';
import type { ControlApi } from './router.js';
import { guardControl, type ControlGuardOptions } from './guard.js';

/**
 * Finds the world a call belongs to, and its path in there. The dock is opened only when it is asked for, and throws a
 * ControlError then for a session's name that cannot be one. `turnAway` answers in front of all worlds.
 */
export type Locate = (call: Pick<Call, 'path' | 'header'>) => {
  path: string;
  dock: () => Pick<Session, 'answer' | 'control'>;
  turnAway?: Answerer;
};

export interface GatewayOptions extends Omit<ControlGuardOptions, 'cors'> {
  /** Lets pages of this origin call; `*` for all. Off by default, as in LM Studio. */
  cors?: CorsOrigin | undefined;
  /** With CORS off: told once of each foreign origin whose page calls. */
  onForeignOrigin?: ((origin: string) => void) | undefined;
  /** Told of errors that nobody foresaw; the caller gets a 500. */
  onError?: (error: unknown) => void;
}

/**
 * What transports serve: LM Studio's routes, and the operator's under `/__modeldock`.
 * @param inFront of LM Studio's routes: where those need a guard of their own
 */
export function createGateway(
  locate: Locate,
  control: ControlApi,
  options: GatewayOptions,
  inFront?: CallMiddleware,
): Api {
  const guard = guardControl(options);
  const answer = chain(outermost(options), async (call) => {
    const { path, dock, turnAway } = locate(call);
    const located = path === call.path ? call : new ForwardedCall(call, { path });
    const operated = isControlPath(path);
    try {
      if (operated) return await guard((guarded) => control(() => dock().control, guarded))(located);
      const routes: Answerer = turnAway ?? ((inside) => dock().answer(inside));
      return await (inFront?.(routes) ?? routes)(located);
    } catch (error) {
      if (!operated && error instanceof ControlError) {
        const { status, code, message } = error;
        return prettyJson(status, { error: { type: 'invalid_request', code, message } });
      }
      // Nobody is there to read an answer; a body that was cut off is not an error of ours.
      if (call.signal.aborted) return 'network error';
      options.onError?.(error);
      const internal = problems.internal();
      const { message } = internal;
      return prettyJson(internal.status, operated ? { error: { code: 'internal_error', message } } : internal.answer);
    }
  });
  return {
    owns: (route, ownership) => ownership === 'origin' || isOurs(route.path),
    answer,
    fetch: (request) => fetchFrom(answer, request),
  };

  function isOurs(path: string): boolean {
    const { path: inside } = locate({ path, header: () => undefined });
    return isControlPath(inside) || isDocumentedPath(inside);
  }
}

function outermost({ cors, onForeignOrigin }: GatewayOptions): CallMiddleware[] {
  if (cors !== undefined) return [allowCrossOrigin(cors)];
  return onForeignOrigin ? [reportForeignOrigins(onForeignOrigin)] : [];
}
