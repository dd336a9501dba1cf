import { isLoopbackHost } from '../core/loopback.js';

/** Decides by its URL whether a request belongs to an api. */
export interface BaseUrl {
  /** Whether other handlers or servers share the origin: the page's own origin, or any. */
  shared: boolean;
  /** Returns the path that the api sees, without the mount path; undefined for a URL that is not below this one. */
  pathOf(url: URL): string | undefined;
}

/**
 * Reads a base URL: origin and mount path; without an origin, the page's own; `*` for any origin.
 * @param pageOrigin absent where there is no page
 * @throws RangeError for anything else
 */
export function parseBaseUrl(text: string, pageOrigin: string | undefined): BaseUrl {
  if (text === '*' || text.startsWith('*/')) {
    const mount = mountPathOf(new URL(text.slice(1), 'http://localhost'));
    return { shared: true, pathOf: (url) => pathBelow(mount, url) };
  }
  const base = resolve(text, pageOrigin);
  const origin = originOf(base);
  const mount = mountPathOf(base);
  return {
    shared: pageOrigin !== undefined && origin === originOf(new URL(pageOrigin)),
    pathOf: (url) => (originOf(url) === origin ? pathBelow(mount, url) : undefined),
  };
}

function resolve(text: string, pageOrigin: string | undefined): URL {
  if (!URL.canParse(text, pageOrigin)) {
    refuse(
      text,
      pageOrigin === undefined
        ? 'expected a URL with an origin, found a path and no page that it is relative to. Add the origin, such as http://localhost:1234'
        : `expected a URL, found a text that is not one, not even relative to ${pageOrigin}`,
    );
  }
  const url = new URL(text, pageOrigin);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    refuse(text, 'expected http:// or https://, a path on the page, or * for any origin, found another scheme');
  }
  if (url.search !== '' || url.hash !== '') refuse(text, 'expected an origin and a path, found a query or a fragment');
  return url;
}

function refuse(text: string, because: string): never {
  throw new RangeError(`Cannot serve at the base URL '${text}': ${because}.`);
}

/** Normalises the host, because clients write one server's address in three ways. */
function originOf({ protocol, hostname, port }: URL): string {
  return `${protocol}//${isLoopbackHost(hostname) ? 'localhost' : hostname}:${port}`;
}

function mountPathOf(base: URL): string {
  return base.pathname.replace(/\/+$/, '').toLowerCase();
}

/** Paths are compared without regard to case, as Express compares the path of a mounted app. */
function pathBelow(mount: string, { pathname }: URL): string | undefined {
  if (!pathname.toLowerCase().startsWith(mount)) return undefined;
  const path = pathname.slice(mount.length);
  if (path === '') return '/';
  return path.startsWith('/') ? path : undefined;
}
