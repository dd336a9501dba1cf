import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Api } from '../../src/api/api.js';
import { createProxyDock, type ProxyDock, type ProxyDockOptions } from '../../src/proxy/create-proxy-dock.js';
import { serve } from '../../src/server/index.js';

/** A proxy that listens. */
export interface Proxied {
  url: string;
  dock: ProxyDock;
  /** What was reported of answers that differ. */
  differences: string[];
  /** What was reported of servers that do not answer. */
  unreachable: string[];
}

/** Serves an api until the test is over. */
export async function served(api: Api): Promise<string> {
  const serving = await serve({ api, port: 0, host: '127.0.0.1' });
  onTestFinished(() => serving.close());
  return serving.url;
}

/** Listens with node:http until the test is over. */
export async function listening(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Puts a proxy in front of a server. */
export async function proxied(upstream: string, options: Partial<ProxyDockOptions> = {}): Promise<Proxied> {
  const differences: string[] = [];
  const unreachable: string[] = [];
  const dock = createProxyDock({
    url: upstream,
    onDifference: (route, text) => differences.push(`${route}: ${text}`),
    onUnreachable: (message) => unreachable.push(message),
    ...options,
  });
  onTestFinished(() => dock.close());
  return { url: await served(dock.api), dock, differences, unreachable };
}
