import { createServer } from 'node:http';
import type { LookupFunction } from 'node:net';
import { onTestFinished, describe, expect, it } from 'vitest';
import { createProxy } from '../../../src/hub/index.js';
import { createAgents, type AgentOptions } from '../../../src/real/hub/agents.js';
import { proxyRefusal } from '../../../src/real/hub/proxy-errors.js';
import { isPublicAddress } from '../../../src/real/hub/public-address.js';
import { defaultLimits } from '../../../src/real/limits.js';
import { clientOf, listening, patience, rejection, startHub } from './client-on-hub.js';

const chat = { owner: 'modeldock', repo: 'tiny-chat-GGUF', subject: 'tiny-chat' };
const pretended = ['127.0.0.1', '127.0.0.2'];
/** As if this machine were the Internet. */
const isPublic = (address: string): boolean => pretended.includes(address) || isPublicAddress(address);

/** A DNS that knows these names only. */
function names(addresses: Record<string, string>): LookupFunction {
  return (name, options, callback) => {
    const address = addresses[name];
    if (address === undefined) callback(Object.assign(new Error(`no ${name}`), { code: 'ENOTFOUND' }), '', 0);
    else if (options.all === true) callback(null, [{ address, family: 4 }], undefined);
    else callback(null, address, 4);
  };
}

async function ask(url: string, options: Partial<AgentOptions>): Promise<number> {
  const { origin, pathname } = new URL(url);
  const agents = createAgents({ endpoint: origin, limits: defaultLimits, environment: {}, ...options });
  onTestFinished(() => agents.close());
  const { statusCode, body } = await agents.cdn.request({ origin, path: pathname, method: 'GET' });
  await body.dump();
  return statusCode;
}

describe('an address', () => {
  const closed = [
    ...[
      '0.0.0.0',
      '10.0.0.1',
      '100.64.0.1',
      '100.127.255.255',
      '127.0.0.1',
      '127.8.8.8',
      '169.254.169.254',
      '172.16.0.1',
    ],
    ...['172.31.255.255', '192.168.1.1', '198.18.0.1', '224.0.0.1', '255.255.255.255'],
    ...[
      '::',
      '::1',
      '::ffff:8.8.8.8',
      '::ffff:10.0.0.1',
      '::7f00:1',
      'fc00::1',
      'fd12:3456::1',
      'fe80::1',
      'fe80::1%eth0',
      'fec0::1',
    ],
    ...['ff02::1', '64:ff9b::10.0.0.1', '64:ff9b::127.0.0.1', '2002:a00:1::', '[::1]', 'localhost', ''],
  ];
  const open = [
    ...[
      '1.1.1.1',
      '8.8.8.8',
      '11.0.0.1',
      '100.63.255.255',
      '100.128.0.1',
      '172.15.0.1',
      '172.32.0.1',
      '192.167.0.1',
      '223.1.1.1',
    ],
    ...['2606:4700:4700::1111', '2a00:1450::1', '[2606:4700::1]', '64:ff9b::8.8.8.8'],
  ];
  it.each(closed)('is not on the Internet: %s', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
  it.each(open)('is on the Internet: %s', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });
});

describe('a hub on the Internet', () => {
  it('cannot lead into a private network, by an address or by a name', async () => {
    let reached = 0;
    const inside = await listening(createServer((_, response) => void response.end(String(++reached))));
    const { port } = new URL(inside);
    const lookup = names({ 'hub.example': '203.0.113.7', 'nas.example': '127.0.0.1' });
    for (const endpoint of ['https://hub.example', 'https://203.0.113.7']) {
      for (const host of ['127.0.0.1', 'nas.example', '[::1]', '[::ffff:127.0.0.1]']) {
        const error = await rejection(ask(`http://${host}:${port}/x`, { endpoint, lookup }));
        expect(error).toMatchObject({
          code: 'redirect_refused',
          message: expect.stringContaining('private network') as string,
        });
      }
    }
    expect(reached).toBe(0);
  });

  it('is left where its redirect leads to a private address, without a connection made', async () => {
    const hub = await startHub();
    const client = clientOf(hub.endpoint, { agents: { isPublic } });
    const plan = await client.plan(chat, patience());
    hub.faults.add({ effect: { type: 'redirect', to: 'private-address' } });
    const error = await rejection(client.locate(plan, plan.files[0]!, patience()));
    expect(error).toMatchObject({
      code: 'redirect_refused',
      message: expect.stringContaining('10.255.255.1') as string,
    });
  });
});

describe('a hub in a private network', () => {
  it('may lead anywhere in it', async () => {
    const inside = await listening(createServer((_, response) => void response.end('in')));
    const { port } = new URL(inside);
    const lookup = names({ 'hub.example': '192.168.1.5', 'nas.example': '127.0.0.1' });
    expect(await ask(`http://nas.example:${port}/x`, { endpoint: 'http://hub.example', lookup })).toBe(200);
    expect(await ask(`${inside}/x`, { endpoint: 'http://192.168.1.5', lookup })).toBe(200);
  });
});

describe('a proxy', () => {
  it('takes every question, and none that NO_PROXY names', async () => {
    const hub = await startHub();
    const proxy = await createProxy();
    onTestFinished(() => proxy.close());
    const withoutScheme = proxy.url.replace('http://', '');
    for (const environment of [{ HTTP_PROXY: proxy.url }, { http_proxy: proxy.url }, { HTTP_PROXY: withoutScheme }]) {
      proxy.clear();
      const client = clientOf(hub.endpoint, { environment });
      await client.plan(chat, patience());
      expect(proxy.requests().map(({ method }) => method)).toEqual(['GET', 'GET']);
    }
    proxy.clear();
    const around = clientOf(hub.endpoint, { environment: { HTTP_PROXY: proxy.url, NO_PROXY: '127.0.0.1' } });
    await around.plan(chat, patience());
    expect(proxy.requests()).toEqual([]);
  });

  it('takes a tunnel for https', async () => {
    const hub = await startHub({ tls: true });
    const proxy = await createProxy();
    onTestFinished(() => proxy.close());
    const client = clientOf(hub.endpoint, {
      environment: { HTTPS_PROXY: proxy.url },
      agents: { ca: hub.certificate! },
    });
    await client.plan(chat, patience());
    expect(proxy.requests().map(({ method, status }) => [method, status])).toContainEqual(['CONNECT', 200]);
  });

  it('that requires other credentials is distinguished from the hub, for http and https', async () => {
    const proxy = await createProxy({ credentials: 'user:right' });
    onTestFinished(() => proxy.close());
    for (const tls of [false, true]) {
      const hub = await startHub({ tls });
      const at = (user: string): NodeJS.ProcessEnv => {
        const url = proxy.url.replace('//', `//${user}`);
        return { HTTP_PROXY: url, HTTPS_PROXY: url };
      };
      const agents = tls ? { ca: hub.certificate! } : {};
      for (const user of ['', 'user:wrong@']) {
        const error = await rejection(clientOf(hub.endpoint, { environment: at(user), agents }).plan(chat, patience()));
        expect(error).toMatchObject({ code: 'proxy_auth', message: expect.stringContaining('HTTP_PROXY') as string });
        expect(error.message).not.toContain('wrong');
      }
      await clientOf(hub.endpoint, { environment: at('user:right@'), agents }).plan(chat, patience());
    }
  });

  it('that is no URL is refused at once, without showing what it is', () => {
    expect(() => clientOf('http://hub.example', { environment: { HTTP_PROXY: 'http://user:secret@a b' } })).toThrow(
      /^(?!.*secret).*HTTP_PROXY/,
    );
  });

  it('is not blamed for other errors', () => {
    expect(proxyRefusal(new Error('connect ECONNREFUSED'))).toBeUndefined();
    expect(proxyRefusal(undefined)).toBeUndefined();
  });
});

describe('a certificate of an unknown authority', () => {
  it('makes the hub unreachable, and the text tells how to name an authority', async () => {
    const hub = await startHub({ tls: true });
    const error = await rejection(clientOf(hub.endpoint).plan(chat, patience()));
    expect(error).toMatchObject({
      code: 'hub_unavailable',
      message: expect.stringContaining('NODE_EXTRA_CA_CERTS') as string,
    });
  });
});
