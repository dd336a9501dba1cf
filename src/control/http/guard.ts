import { prettyJson, type Answer, type Call, type CallMiddleware } from '../../api/call.js';
import type { CorsOrigin } from '../../api/cors.js';
import { isOrigin } from '../../api/origin.js';
import { foreignPartOf } from '../../core/foreign-call.js';
import { isLoopbackOrigin } from '../../core/loopback.js';

/** Which callers reach the control API. */
export interface ControlGuardOptions {
  /** Host names, besides those of loopback, under which this server may be called. */
  allowedHosts?: readonly string[] | undefined;
  /** The origin whose pages may call the control API; `*` means those of loopback, not all. */
  cors?: CorsOrigin | undefined;
  /** The token that every call of the control API must send, where other machines can reach the server. */
  controlToken?: string | undefined;
}

/**
 * Refuses calls to the control API by pages of other sites, under names that were rebound to this machine, and, if
 * there is a control token, without the token.
 * @param asksForToken `false` checks only the first two: a guard for other routes, where they need one
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
      return refuse(
        'Cannot control modeldock without its control token: expected the header X-Modeldock-Token with it, found none or another value.',
      );
    }
    const host = call.header('host');
    const origin = call.header('origin');
    const foreign = foreignPartOf({ host, origin, fetchSite: call.header('sec-fetch-site') }, names);
    if (foreign === 'host') {
      return refuse(
        `Cannot ${doing} modeldock under the name ${JSON.stringify(host)}: expected a host name of loopback or of --allow-host. Call it as 127.0.0.1, or start it with --allow-host.`,
      );
    }
    const permitted = origin !== undefined && (cors === '*' ? isLoopbackOrigin(origin) : cors === origin);
    if (foreign === 'page' && !permitted) {
      return refuse(`Cannot ${doing} modeldock from ${describePage(origin)}: ${adviceFor(origin)}.`);
    }
    return next(call);
  };

  /**
   * Advises only what the flag accepts: the origin of a page from a file, or in a sandbox, is `null` and cannot be
   * allowed.
   */
  function adviceFor(origin: string | undefined): string {
    const byToken = controlToken === undefined ? undefined : 'send its control token';
    if (origin === undefined)
      return ['start it with --cors and the origin of that site', byToken].filter(Boolean).join(', or ');
    if (isOrigin(origin))
      return [`start it with --cors ${origin} to allow that`, byToken].filter(Boolean).join(', or ');
    return ['serve the page from a web server, and start modeldock with --cors and its origin', byToken]
      .filter(Boolean)
      .join(', or ');
  }

  function refuse(message: string): Answer {
    const type = asksForToken ? {} : { type: 'invalid_request' };
    return prettyJson(403, { error: { ...type, code: 'forbidden', message } });
  }
}

function describePage(origin: string | undefined): string {
  if (origin === undefined) return 'another site';
  return isOrigin(origin) ? origin : 'a page without an origin';
}

function carriesControlToken(call: Call, token: string | undefined): boolean {
  if (token === undefined) return false;
  return (
    call.header('x-modeldock-token') === token || call.header('authorization')?.replace(/^Bearer\s+/i, '') === token
  );
}
