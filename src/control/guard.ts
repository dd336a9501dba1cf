import { isSameOrigin, type CorsOrigin } from '../api/cors.js';
import { compactJson, type Link } from '../api/call.js';

export interface ControlGuardOptions {
  /** Names, besides those of loopback, under which this server may be asked for. */
  allowedHosts?: readonly string[];
  /** The origin whose pages may operate it. */
  cors?: CorsOrigin | undefined;
}

/**
 * Keeps other people's pages away from the control API: a name that was rebound to loopback, and a cross-site request.
 */
export function guardControl({ allowedHosts = [], cors }: ControlGuardOptions): Link {
  const names = new Set([...LOOPBACK_NAMES, ...allowedHosts.map((host) => host.toLowerCase())]);
  return (next) => async (call) => {
    const host = call.header('host');
    // In process, and in a page, there is no Host: nobody else can call there.
    if (host !== undefined && !names.has(hostName(host))) {
      return refuse(`Cannot operate modeldock under the name ${host}: ask for it as 127.0.0.1, or allow the name.`);
    }
    const origin = call.header('origin');
    const foreign = origin === undefined ? call.header('sec-fetch-site') === 'cross-site' : !isSameOrigin(origin, host);
    if (foreign && cors !== '*' && cors !== origin) {
      return refuse(`Cannot operate modeldock from ${origin ?? 'another site'}: start it with --cors to allow that.`);
    }
    return next(call);
  };
}

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];

function hostName(host: string): string {
  return host.toLowerCase().replace(/:\d+$/, '');
}

function refuse(message: string) {
  return compactJson(403, { error: { type: 'forbidden', message } });
}
