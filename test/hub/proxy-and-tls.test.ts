import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHub, createProxy, type Hub, type LoggingProxy } from '../../src/hub/index.js';
import { ask, locate } from './wire-client.js';

const PATH = '/modeldock/tiny-chat-GGUF/resolve/main/tiny-chat-Q4_K_M.gguf';

/** What a server says to these bytes, up to where it falls silent or closes. */
function exchange(url: string, text: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(text));
    let received = '';
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      if (received.includes('\r\n\r\n')) {
        socket.destroy();
        resolve(received);
      }
    });
    socket.on('error', reject);
  });
}

const basic = (credentials: string): string =>
  `Proxy-Authorization: Basic ${Buffer.from(credentials).toString('base64')}\r\n`;

describe('the proxy', () => {
  let hub: Hub;
  let proxy: LoggingProxy;
  beforeAll(async () => {
    hub = await createHub({ digestCache: false });
    proxy = await createProxy({
      credentials: 'me:secret',
      destinations: { 'hub.test:80': new URL(hub.endpoint).host },
    });
  });
  afterAll(() => Promise.all([hub.close(), proxy.close()]));

  it('passes absolute URLs on, under any name it was given, and writes them down', async () => {
    proxy.clear();
    const { host } = new URL(hub.endpoint);
    for (const name of [host, 'hub.test']) {
      const text = `GET http://${name}/api/models/modeldock/tiny-chat-GGUF?blobs=true HTTP/1.1\r\nHost: ${name}\r\n${basic('me:secret')}\r\n`;
      expect(await exchange(proxy.url, text)).toMatch(/^HTTP\/1\.1 200 OK/);
    }
    expect(proxy.requests()).toMatchObject([
      { method: 'GET', target: `http://${host}/api/models/modeldock/tiny-chat-GGUF`, status: 200 },
      { method: 'GET', target: 'http://hub.test/api/models/modeldock/tiny-chat-GGUF', status: 200 },
    ]);
    expect(hub.journal.entries().at(-1)!.headers).not.toHaveProperty('proxy-authorization');
  });

  it('opens tunnels', async () => {
    proxy.clear();
    const { host } = new URL(hub.endpoint);
    expect(await exchange(proxy.url, `CONNECT ${host} HTTP/1.1\r\nHost: ${host}\r\n${basic('me:secret')}\r\n`)).toMatch(
      /^HTTP\/1\.1 200 /,
    );
    expect(proxy.requests()).toMatchObject([{ method: 'CONNECT', target: host, status: 200 }]);
  });

  it('requires credentials, refuses wrong ones, and connects only to loopback', async () => {
    const { host } = new URL(hub.endpoint);
    for (const header of ['', basic('me:wrong')]) {
      expect(await exchange(proxy.url, `CONNECT ${host} HTTP/1.1\r\nHost: ${host}\r\n${header}\r\n`)).toMatch(
        /^HTTP\/1\.1 407 .*\r\nProxy-Authenticate: Basic/,
      );
      expect(await exchange(proxy.url, `GET http://${host}/ HTTP/1.1\r\nHost: ${host}\r\n${header}\r\n`)).toMatch(
        /^HTTP\/1\.1 407 /,
      );
    }
    for (const target of ['192.0.2.1:443', 'example.org:443', '127.0.0.1.example.org:443']) {
      expect(await exchange(proxy.url, `CONNECT ${target} HTTP/1.1\r\nHost: a\r\n${basic('me:secret')}\r\n`)).toMatch(
        /^HTTP\/1\.1 403 /,
      );
    }
    expect(await exchange(proxy.url, `GET http://192.0.2.1/ HTTP/1.1\r\nHost: a\r\n${basic('me:secret')}\r\n`)).toMatch(
      /^HTTP\/1\.1 403 /,
    );
    expect(await exchange(proxy.url, `CONNECT 127.0.0.1:1 HTTP/1.1\r\nHost: a\r\n${basic('me:secret')}\r\n`)).toMatch(
      /^HTTP\/1\.1 502 /,
    );
    expect(await exchange(proxy.url, `GET / HTTP/1.1\r\nHost: a\r\n${basic('me:secret')}\r\n`)).toMatch(
      /^HTTP\/1\.1 400 /,
    );
  });
});

describe('with TLS', () => {
  it('has a certificate that clients accept who were given it, for the hub and the CDN', async () => {
    const hub = await createHub({ tls: true, digestCache: false });
    const ca = hub.certificate!;
    expect([hub.endpoint, hub.cdn].map((url) => new URL(url).protocol)).toEqual(['https:', 'https:']);
    const url = await locate(hub.endpoint, PATH, { ca });
    expect((await ask(url, { ca, headers: { Range: 'bytes=0-3' } })).body.toString()).toBe('GGUF');
    expect((await ask(hub.endpoint)).failure).toMatch(/SELF_SIGNED_CERT/);
    hub.faults.add({ effect: { type: 'redirect', to: 'another-protocol' } });
    expect((await ask(hub.endpoint + PATH, { ca })).headers.location).toBe(
      hub.endpoint.replace('https:', 'http:') + PATH,
    );
    await hub.close();
  });

  it('passes for huggingface.co behind a proxy that says so', async () => {
    const hub = await createHub({ tls: true, digestCache: false });
    const proxy = await createProxy({ destinations: { 'huggingface.co:443': new URL(hub.endpoint).host } });
    const { hostname, port } = new URL(proxy.url);
    const tunnel = connect(Number(port), hostname);
    await new Promise((resolve) => {
      tunnel.once('data', resolve);
      tunnel.write('CONNECT huggingface.co:443 HTTP/1.1\r\nHost: huggingface.co:443\r\n\r\n');
    });
    const secure = connectTls({ socket: tunnel, servername: 'huggingface.co', ca: hub.certificate! });
    secure.write(
      'GET /api/models/modeldock/many-files/tree/main?recursive=true HTTP/1.1\r\nHost: huggingface.co\r\nConnection: close\r\n\r\n',
    );
    let text = '';
    for await (const chunk of secure as AsyncIterable<Buffer>) text += chunk.toString('latin1');
    expect(text).toMatch(/^HTTP\/1\.1 200 OK/);
    expect(text).toContain('Link: <https://huggingface.co/api/models/modeldock/many-files/tree/main?');
    await Promise.all([hub.close(), proxy.close()]);
  });
});
