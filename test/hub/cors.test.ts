import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createHub, type Hub } from '../../src/hub/index.js';
import { ask, locate } from './wire-client.js';

const REPO = 'modeldock/tiny-chat-GGUF';
const FILE = `/${REPO}/resolve/main/tiny-chat-Q4_K_M.gguf`;
const PAGE = 'http://page.test:8080';
const EXPOSED =
  'X-Repo-Commit,X-Request-Id,X-Error-Code,X-Error-Message,X-Total-Count,ETag,Link,Accept-Ranges,Content-Range,X-Linked-Size,X-Linked-ETag,X-Xet-Hash';

let hub: Hub;
beforeAll(async () => {
  hub = await createHub({ digestCache: false });
});
afterEach(() => hub.control.reset());
afterAll(() => hub.close());

const preflight = {
  method: 'OPTIONS',
  headers: {
    Origin: PAGE,
    'Access-Control-Request-Method': 'GET',
    'Access-Control-Request-Headers': 'authorization,if-match',
  },
};

describe('a page of another origin', () => {
  it.each([
    ['a plan', `/api/models/${REPO}`, 200, 'Origin'],
    ['a redirect to the CDN', FILE, 302, 'Origin, Accept'],
    ['a redirect to the resolve cache', `/${REPO}/resolve/main/config.json`, 307, 'Origin, Accept'],
    ['a refusal', `/${REPO}/resolve/main/nothing.gguf`, 404, 'Origin'],
  ])('may read %s', async (_what, path, status, vary) => {
    for (const [origin, allowed] of [
      [undefined, 'https://huggingface.co'],
      [PAGE, PAGE],
      ['null', 'null'],
    ]) {
      const answer = await ask(hub.endpoint + path, { ...(origin !== undefined && { headers: { Origin: origin } }) });
      expect(answer.status).toBe(status);
      expect(answer.headers).toMatchObject({
        'access-control-allow-origin': allowed,
        'access-control-max-age': '86400',
        'access-control-expose-headers': EXPOSED,
        vary,
      });
      expect(answer.headers).not.toHaveProperty('access-control-allow-credentials');
    }
  });

  it('may read what the CDN says, errors too', async () => {
    const url = await locate(hub.endpoint, FILE);
    for (const [place, status] of [
      [url, 206],
      [hub.cdn, 403],
    ] as const) {
      const answer = await ask(place, { headers: { Origin: 'null', Range: 'bytes=0-3' } });
      expect(answer.status).toBe(status);
      expect(answer.headers).toMatchObject({
        'access-control-allow-origin': '*',
        'access-control-expose-headers': '*',
      });
    }
  });

  it('may read what a fault has put in the place of an answer, and the fault waits for the request itself', async () => {
    const url = await locate(hub.endpoint, FILE);
    for (const [place, allowed] of [
      [hub.endpoint + FILE, PAGE],
      [url, '*'],
    ] as const) {
      for (const [fault, status] of [
        [{ type: 'refuse', status: 403 }, 403],
        [{ type: 'server-error' }, 503],
        [{ type: 'rate-limit' }, 429],
      ] as const) {
        const route = place === url ? 'cdn' : 'resolve';
        hub.faults.add([{ when: { route, nth: 1 }, effect: fault }]);
        expect((await ask(place, preflight)).status).toBe(204);
        const answer = await ask(place, { headers: { Origin: PAGE } });
        expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([status, allowed]);
        hub.faults.clear();
      }
    }
  });

  it('is answered its preflights, which count for nothing', async () => {
    const limited = await createHub({ digestCache: false, rateLimits: { api: 1, resolvers: 1 } });
    for (const path of [FILE, `/api/models/${REPO}`, '/modeldock/private-chat-GGUF/ask-access']) {
      const { status, headers, body } = await ask(limited.endpoint + path, preflight);
      expect([status, body.length, headers['content-length'], headers['content-type']]).toEqual([
        204,
        0,
        undefined,
        undefined,
      ]);
      expect(headers).toMatchObject({
        'access-control-allow-origin': PAGE,
        'access-control-allow-methods': 'GET, HEAD, POST',
        'access-control-allow-headers': 'authorization,if-match',
        'access-control-max-age': '86400',
        vary: 'Origin, Access-Control-Request-Headers',
      });
    }
    const signed = await locate(limited.endpoint, FILE);
    const { status, headers } = await ask(signed, preflight);
    expect(status).toBe(204);
    expect(headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'GET, HEAD',
      'access-control-allow-headers': 'authorization,if-match',
    });
    expect(limited.journal.summary().files).toMatchObject([{ resolves: 1, requests: 0 }]);
    await limited.close();
  });

  it('can neither read the control API nor change the hub', async () => {
    for (const asking of [preflight, { headers: { Origin: PAGE } }, {}]) {
      const answer = await ask(`${hub.endpoint}/__hub/faults`, asking);
      expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
      expect(answer.status).toBe('headers' in asking ? 403 : 200);
    }
  });
});
