import { build } from 'esbuild';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

export interface PageServer {
  /** Where the page is, for instance `http://127.0.0.1:41231`. */
  origin: string;
  close(): Promise<void>;
}

/**
 * Serves a page with the handlers in it, MSW's own worker script, and an echo for what goes on to the network.
 * @param msw the name under which MSW is installed
 * @param script what runs in the page
 */
export async function servePage(msw: string, script = 'page.ts'): Promise<PageServer> {
  const files: Record<string, { type: string; text: string }> = {
    '/': { type: 'text/html', text: '<!doctype html><meta charset=utf-8><script type=module src=/page.js></script>' },
    '/page.js': { type: 'text/javascript', text: await bundlePage(msw, script) },
    '/mockServiceWorker.js': {
      type: 'text/javascript',
      text: await readFile(fileURLToPath(import.meta.resolve(`${msw}/mockServiceWorker.js`)), 'utf8'),
    },
  };
  const server = createServer((request, response) => {
    const file = files[request.url ?? ''];
    if (file) {
      response.writeHead(200, { 'content-type': file.type }).end(file.text);
      return;
    }
    let body = '';
    request
      .setEncoding('utf8')
      .on('data', (chunk: string) => (body += chunk))
      .on('end', () => response.end(`the network got ${request.method!} ${body}`));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function bundlePage(msw: string, script: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(script, import.meta.url))],
    bundle: true,
    alias: { msw },
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2023',
    logLevel: 'silent',
  });
  return outputFiles[0]!.text;
}
