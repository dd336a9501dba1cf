import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

/** Prism as a proxy that answers with a 500 of its own wherever an answer, or a request, breaks the document. */
export interface Prism {
  url: string;
  close(): Promise<void>;
}

export interface PrismOptions {
  /** The file with the OpenAPI document. */
  document: string;
  upstream: string;
  /** Whether requests are held against the document too. */
  validateRequests: boolean;
}

const program = createRequire(import.meta.url).resolve('@stoplight/prism-cli/dist/index.js');

export async function startPrism({ document, upstream, validateRequests }: PrismOptions): Promise<Prism> {
  const port = await findFreePort();
  const child = spawn(
    process.execPath,
    [
      program,
      ...['proxy', document, upstream, '--errors', '--host', '127.0.0.1', '--port', String(port)],
      `--validate-request=${validateRequests}`,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' } },
  );
  const exited = once(child, 'exit');
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  // Read to the end: a full pipe would stop it.
  const lines = createInterface(child.stdout);
  await new Promise<void>((resolve, reject) => {
    lines.on('line', (line) => {
      output += `${line}\n`;
      if (line.includes('Prism is listening')) resolve();
    });
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`Prism ended before it listened:\n${output}`)));
  });
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      child.kill();
      await exited;
    },
  };
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
