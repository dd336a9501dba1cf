import { prettyJson, type Answer, type Call, type CallMiddleware } from '../../api/call.js';
import type { CorsOrigin } from '../../api/cors.js';
import { foreignPartOf } from '../../core/foreign-call.js';
import { isLoopbackOrigin } from '../../core/loopback.js';

export interface ControlGuardOptions {
  /** Names, besides those of loopback, under which this server may be asked for. */
  allowedHosts?: readonly string[] | undefined;
  /** The origin whose pages may call the control API; `*` stands for those of loopback, not for all. */
  cors?: CorsOrigin | undefined;
  /** The token that every call of the control API must send, where other machines can reach the server. */
  controlToken?: string | undefined;
}

/**
 * Keeps strangers away from the control API: pages of other sites, names that were rebound to this machine, and, where
 * there is a control token, everybody without it.
 * @param asksForToken `false` keeps only the first two away: a guard for everything else, where that needs one
 */
export function guardControl(
  { allowedHosts = [], cors, controlToken }: ControlGuardOptions,
  asksForToken = true,
): CallMiddleware {
  const names = allowedHosts.map((host) => host.toLowerCase());
  const doing = asksForToken ? 'operate' : 'use';
  return (next) => async (call) => {
    if (carriesControlToken(call, controlToken)) return next(call);
    if (controlToken !== undefined && asksForToken) {
      return refuse('Cannot operate modeldock without its control token: send it as X-Modeldock-Token.');
    }
    const host = call.header('host');
    const origin = call.header('origin');
    const foreign = foreignPartOf({ host, origin, fetchSite: call.header('sec-fetch-site') }, names);
    if (foreign === 'host') {
      return refuse(
        `Cannot ${doing} modeldock under the name ${JSON.stringify(host)}: ask for it as 127.0.0.1, or start it with --allow-host.`,
      );
    }
    const permitted = origin !== undefined && (cors === '*' ? isLoopbackOrigin(origin) : cors === origin);
    if (foreign === 'page' && !permitted) {
      // A page from a file, or in a sandbox, has the origin `null`, which cannot be let in by that name.
      const page = origin === 'null' || origin === '' ? undefined : origin;
      const otherwise = controlToken === undefined ? '' : ', or send its control token';
      return refuse(
        `Cannot ${doing} modeldock from ${page ?? 'another site'}: start it with --cors ${page ?? 'ORIGIN'} to allow that${otherwise}.`,
      );
    }
    return next(call);
  };

  function refuse(message: string): Answer {
    const type = asksForToken ? {} : { type: 'invalid_request' };
    return prettyJson(403, { error: { ...type, code: 'forbidden', message } });
  }
}

function carriesControlToken(call: Call, token: string | undefined): boolean {
  if (token === undefined) return false;
  return (
    call.header('x-modeldock-token') === token || call.header('authorization')?.replace(/^Bearer\s+/i, '') === token
  );
}
