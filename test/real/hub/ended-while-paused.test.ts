import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAgents, type Agents } from '../../../src/real/hub/agents.js';
import { createRangeSource } from '../../../src/real/hub/range-source.js';
import { defaultLimits } from '../../../src/real/limits.js';
import { ReadError, type ByteReceiver, type ByteSource } from '../../../src/real/transfer/byte-source.js';

const content = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 31 + (index >> 8)) % 256));

let server: Server;
let agents: Agents;
/** What stands between status line and body; the connection always ends after the body. */
let framing: (bytes: number) => string[] = () => [];

beforeAll(async () => {
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (request) => {
      const [, first, last] = /range: bytes=(\d+)-(\d+)/i.exec(String(request))!.map(Number);
      const body = content.subarray(first, last! + 1);
      const range = `Content-Range: bytes ${first!}-${last!}/${content.length}`;
      socket.end(Buffer.concat([Buffer.from([...framing(body.length), range, '', ''].join('\r\n')), body]));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  agents = createAgents({ endpoint: address(), limits: defaultLimits, environment: {} });
});
afterAll(async () => {
  await agents.close();
  server.close();
});

const address = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

function source(): ByteSource {
  const place = { url: `${address()}/file`, headers: {}, expiresAt: Infinity, renewAt: Infinity };
  const location = { current: async () => place, refused: () => undefined, delivered: () => undefined };
  return createRangeSource({
    ...{ location, agent: agents.cdn, host: new URL(address()).host, endpoint: address() },
    file: { path: 'file', size: content.length },
  });
}

/** Reads to the end, again and again from where it broke off, with a pause after every chunk. */
async function readWithPauses(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const received = (): number => chunks.reduce((sum, { length }) => sum + length, 0);
  const receiver: ByteReceiver = {
    onStart: () => undefined,
    onBytes(bytes) {
      chunks.push(Buffer.from(bytes));
      return false;
    },
    resumed: () => new Promise((resolve) => setTimeout(resolve, 10)),
  };
  while (received() < content.length) {
    const range = { start: received(), end: content.length };
    await source()
      .read(range, receiver, new AbortController().signal)
      .catch((error: unknown) => {
        if (!(error instanceof ReadError && error.kind === 'broken')) throw error;
      });
  }
  return Buffer.concat(chunks);
}

describe('a connection that ends while its reader is paused', () => {
  it.each<[string, typeof framing]>([
    ['is not to be kept', (bytes) => ['HTTP/1.1 206 Partial', 'Connection: close', `Content-Length: ${bytes}`]],
    ['speaks HTTP/1.0', (bytes) => ['HTTP/1.0 206 Partial', `Content-Length: ${bytes}`]],
    ['tells no length', () => ['HTTP/1.1 206 Partial']],
  ])('loses no byte and no process where it %s', async (_, how) => {
    framing = how;
    expect((await readWithPauses()).equals(content)).toBe(true);
  });
});
