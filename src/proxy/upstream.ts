/** The server behind a proxy. */
export interface Upstream {
  /** Without user, password, query and a slash at its end. */
  base: URL;
  /** The id by which this proxy knows its own calls, once it has one. */
  hops: Set<string>;
}

/** Reads the URL of a server. @throws RangeError for one that cannot be forwarded to */
export function parseUpstream(url: string): Upstream {
  const base = URL.canParse(url) ? new URL(url) : undefined;
  if (base && /^https?:$/.test(base.protocol) && base.search === '' && base.hash === '' && base.username === '') {
    base.pathname = base.pathname.replace(/\/+$/, '');
    return { base, hops: new Set() };
  }
  throw new RangeError(
    `Cannot forward to ${JSON.stringify(url.replace(/\/\/[^/@]*@/, '//'))}: expected the URL of a server without user and query, ` +
      'such as http://localhost:1234.',
  );
}
