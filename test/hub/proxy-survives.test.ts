import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createProxy, type LoggingProxy } from '../../src/hub/index.js';

/** What the proxy says to these bytes until it closes; `silence` when it keeps the connection and says nothing. */
function exchange(url: string, text: string, wait = 3000): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => socket.write(text));
    let received = '';
    socket.setTimeout(wait, () => {
      received += 'silence';
      socket.destroy();
    });
    socket.on('data', (chunk) => (received += chunk.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(received));
  });
}

/** A server that says the same bytes to everybody, whatever they are, and tells what it was asked. */
async function saying(
  answer: string,
  ends = true,
): Promise<{ host: string; asked: () => string; close: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  let asked = '';
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      asked += chunk.toString('latin1');
      if (ends) socket.end(answer);
      else socket.write(answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: () => asked,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

describe('the proxy survives', () => {
  let proxy: LoggingProxy;
  beforeAll(async () => {
    proxy = await createProxy({ destinations: { 'nowhere.test:80': '127.0.0.1:70000' } });
  });
  beforeEach(() => proxy.clear());
  afterAll(() => proxy.close());

  const get = (host: string, headers = ''): string =>
    `GET http://${host}/x HTTP/1.1\r\nHost: ${host}\r\n${headers}Connection: close\r\n\r\n`;
  const through = async (answer: string, { ends = true, headers = '' } = {}): Promise<string> => {
    const upstream = await saying(answer, ends);
    try {
      return await exchange(proxy.url, get(upstream.host, headers));
    } finally {
      await upstream.close();
    }
  };

  it.each(['127.0.0.1:99999', '127.0.0.1:65536', '127.0.0.1:0', '[::1]:99999'])(
    'a tunnel to a port that does not exist, %s, and answers 400',
    async (target) => {
      expect(await exchange(proxy.url, `CONNECT ${target} HTTP/1.1\r\nHost: a\r\n\r\n`)).toMatch(/^HTTP\/1\.1 400 /);
      expect(proxy.requests()).toMatchObject([{ method: 'CONNECT', target, status: 400 }]);
    },
  );

  it('a URL that leads to a port that does not exist, and answers 400', async () => {
    expect(await exchange(proxy.url, get('nowhere.test'))).toMatch(/^HTTP\/1\.1 400 /);
    expect(await exchange(proxy.url, get('127.0.0.1:0'))).toMatch(/^HTTP\/1\.1 400 /);
  });

  it.each(['000', '099'])('an upstream whose status is %s, and answers 502', async (status) => {
    expect(await through(`HTTP/1.1 ${status} Odd\r\nContent-Length: 2\r\n\r\nok`)).toMatch(/^HTTP\/1\.1 502 /);
    expect(proxy.requests()).toMatchObject([{ status: 502 }]);
  });

  it('an upstream that announces trailers beside a length, and passes the body on', async () => {
    const answer = await through('HTTP/1.1 200 OK\r\nTrailer: a\r\nContent-Length: 2\r\nX-Kept: 1\r\n\r\nok');
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*X-Kept: 1\r\n[\s\S]*\r\n\r\nok$/);
    expect(answer).not.toMatch(/^Trailer:/im);
  });

  it('an upstream that announces trailers beside an unknown coding, and answers 502', async () => {
    const answer = await through('HTTP/1.1 200 OK\r\nTrailer: a\r\nTransfer-Encoding: gzip\r\n\r\nok');
    expect(answer).toMatch(/^HTTP\/1\.1 502 /);
  });

  it('an upstream that sends trailers, and passes the body on in chunks', async () => {
    const chunks = '2\r\nok\r\n0\r\na: b\r\n\r\n';
    const answer = await through(`HTTP/1.1 200 OK\r\nTrailer: a\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`);
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*2\r\nok\r\n0\r\n\r\n$/);
  });

  it.each(['Upgrade: websocket\r\nConnection: Upgrade\r\n', ''])(
    'an upstream that switches protocols with %j, and answers 502 instead of nothing',
    async (headers) => {
      const answer = await through(`HTTP/1.1 101 Switching Protocols\r\n${headers}\r\n`, { ends: false });
      expect(answer).toMatch(/^HTTP\/1\.1 502 /);
    },
  );

  it('a client that announces trailers beside a length, and keeps to itself what was said to it alone', async () => {
    const upstream = await saying('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    const text = `POST http://${upstream.host}/x HTTP/1.1\r\nHost: a\r\nTrailer: a\r\nTE: trailers\r\nX-Mine: 1\r\nConnection: close, X-Mine\r\nContent-Length: 2\r\n\r\nhi`;
    expect(await exchange(proxy.url, text)).toMatch(/^HTTP\/1\.1 200 /);
    expect(upstream.asked()).toMatch(/^POST \/x HTTP\/1\.1\r\n[\s\S]*\r\n\r\nhi$/);
    expect(upstream.asked()).not.toMatch(/^(?:Trailer|TE|X-Mine):/im);
    await upstream.close();
  });
});
