import { describe, expect, it, onTestFinished } from 'vitest';
import { createProxy } from '../../../src/hub/index.js';
import { isExcepted, readProxySettings } from '../../../src/real/hub/proxy-settings.js';
import { clientOf, listening, patience, rejection, startHub } from './client-on-hub.js';
import { createServer } from 'node:http';
import { startSocksServer } from './socks-server.js';

const chat = { owner: 'modeldock', repo: 'tiny-chat-GGUF', subject: 'tiny-chat' };

describe('a SOCKS proxy', () => {
  it.each(['socks5', 'socks5h', 'socks', 'SOCKS5'])(
    'takes every question by %s://, and gets names as they are',
    async (scheme) => {
      const hub = await startHub();
      const { port } = new URL(hub.endpoint);
      const proxy = await startSocksServer({ names: { 'hub.example': '127.0.0.1' } });
      const client = clientOf(`http://hub.example:${port}`, {
        environment: { ALL_PROXY: `${scheme}://${proxy.address}` },
      });
      expect((await client.plan(chat, patience())).files).toHaveLength(2);
      expect(new Set(proxy.asked)).toEqual(new Set([`hub.example:${port}`]));
    },
  );

  it('takes a tunnel for https, while http goes another way', async () => {
    const hub = await startHub({ tls: true });
    const [socks, http] = [await startSocksServer(), await createProxy()];
    onTestFinished(() => http.close());
    const client = clientOf(hub.endpoint, {
      environment: { HTTPS_PROXY: `socks5h://${socks.address}`, HTTP_PROXY: http.url },
      agents: { ca: hub.certificate! },
    });
    await client.plan(chat, patience());
    expect(socks.asked).toContain(new URL(hub.endpoint).host);
    expect(http.requests()).toEqual([]);
  });

  it('is left out for the names in NO_PROXY', async () => {
    const hub = await startHub();
    const proxy = await startSocksServer();
    const environment = { ALL_PROXY: `socks5://${proxy.address}`, NO_PROXY: 'example.org, 127.0.0.1' };
    await clientOf(hub.endpoint, { environment }).plan(chat, patience());
    expect(proxy.asked).toEqual([]);
  });

  it('that requires other credentials is distinguished from the hub', async () => {
    const hub = await startHub();
    const proxy = await startSocksServer({ user: 'me', password: 'r/ght' });
    for (const user of ['', 'me:wrong@']) {
      const environment = { ALL_PROXY: `socks5://${user}${proxy.address}` };
      const error = await rejection(clientOf(hub.endpoint, { environment }).plan(chat, patience()));
      expect(error).toMatchObject({ code: 'proxy_auth', message: expect.stringContaining('ALL_PROXY') as string });
      expect(error.message).not.toContain('wrong');
    }
    await clientOf(hub.endpoint, { environment: { ALL_PROXY: `socks5://me:r%2Fght@${proxy.address}` } }).plan(
      chat,
      patience(),
    );
  });

  it('that does not connect, or is none, makes the hub unreachable, and the text says why', async () => {
    const proxy = await startSocksServer({ reply: 4 });
    const other = await listening(createServer());
    for (const [address, why] of [
      [proxy.address, 'the host cannot be reached'],
      [new URL(other).host, 'SOCKS'],
      ['127.0.0.1:9', 'ECONNREFUSED'],
    ] as const) {
      const client = clientOf('http://hub.example', { environment: { ALL_PROXY: `socks5://${address}` } });
      expect(await rejection(client.plan(chat, patience()))).toMatchObject({
        code: 'hub_unavailable',
        message: expect.stringContaining(why) as string,
      });
    }
  });
});

describe('the variables of proxies', () => {
  const none = { httpProxy: '', httpsProxy: '', noProxy: '' };
  it.each([
    [{}, none],
    [{ ALL_PROXY: 'socks5://a:1' }, { ...none, httpProxy: 'socks5://a:1', httpsProxy: 'socks5://a:1' }],
    [
      { all_proxy: 'a:1', ALL_PROXY: 'b:1' },
      { ...none, httpProxy: 'http://a:1', httpsProxy: 'http://a:1' },
    ],
    [
      { ALL_PROXY: 'a:1', HTTPS_PROXY: 'b:2' },
      { ...none, httpProxy: 'http://a:1', httpsProxy: 'http://b:2' },
    ],
    [{ HTTP_PROXY: '127.0.0.1:7890' }, { ...none, httpProxy: 'http://127.0.0.1:7890' }],
    [{ HTTPS_PROXY: 'Socks5H://127.0.0.1:1080' }, { ...none, httpsProxy: 'socks5h://127.0.0.1:1080' }],
    [
      { HTTP_PROXY: ' ', NO_PROXY: '*' },
      { ...none, noProxy: '*' },
    ],
  ])('%j mean %j', (environment, settings) => {
    expect(readProxySettings(environment)).toEqual(settings);
  });

  it.each(['socks4://a:1', 'ftp://a', ':::', 'http://user:secret@a b', 'http://'])(
    'refuse %s, name every scheme that is taken, and show no password',
    (value) => {
      for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY']) {
        expect(() => readProxySettings({ [name]: value })).toThrow(
          new RegExp(`^(?!.*secret).*${name}.*http://, https://, socks5://, socks5h://, socks://`),
        );
      }
    },
  );

  it.each([
    ['http://a.example/', 'a.example', true],
    ['http://b.a.example/', 'a.example', true],
    ['http://b.a.example/', '.a.example', true],
    ['http://b.a.example/', '*.a.example', true],
    ['http://nota.example/', 'a.example', false],
    ['https://a.example/', 'a.example:443', true],
    ['https://a.example:8443/', 'a.example:443', false],
    ['http://a.example/', 'x, *', true],
    ['http://[::1]:80/', '::1', true],
    ['http://127.0.0.1:9/', '127.0.0.1', true],
    ['http://a.example/', '', false],
  ])('for %s and NO_PROXY=%s the answer is %s', (url, noProxy, excepted) => {
    expect(isExcepted(new URL(url), noProxy)).toBe(excepted);
  });
});
