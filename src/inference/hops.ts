/* What forwarders share: the one of inference calls, and the proxy. */

/** Marks a call that a forwarder has sent, so that it is recognized when it comes back. */
export const HOP = 'x-modeldock-forwarded-by';

/**
 * The value of the header for the next server; undefined for a call that this forwarder has sent itself.
 * @param hops the id of this forwarder, once it has one
 * @param came the header of the call
 */
export function nextHops(hops: Set<string>, came: string | undefined): string | undefined {
  const [own = newId()] = hops;
  hops.add(own);
  if (came?.split(/,\s*/).includes(own)) return undefined;
  return came === undefined ? own : `${came}, ${own}`;
}

function newId(): string {
  return [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Formats the server's address without user and password. */
export function nameOf({ origin, pathname }: URL): string {
  return pathname === '/' ? origin : origin + pathname;
}

/** Why a server did not answer, for people. */
export function reasonOf(error: unknown): string {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as { code?: unknown };
    if (typeof code === 'string') return REASONS[code] ?? code;
    // Of several addresses that were tried, the first error is enough.
    const [first] = (cause as { errors?: unknown[] }).errors ?? [];
    if (first instanceof Error) return reasonOf(first);
  }
  return error instanceof Error ? error.message.replace(/[.\s]+$/, '') : String(error);
}

const REASONS: Record<string, string> = {
  ECONNREFUSED: 'no program listens there (ECONNREFUSED)',
  ENOTFOUND: 'there is no address for that name (ENOTFOUND)',
  ECONNRESET: 'the connection was reset (ECONNRESET)',
  UND_ERR_SOCKET: 'the connection was closed before an answer arrived (UND_ERR_SOCKET)',
  UND_ERR_HEADERS_TIMEOUT: 'no answer arrived in time (UND_ERR_HEADERS_TIMEOUT)',
};
