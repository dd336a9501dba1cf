import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { say, serveApart, statuses, type Said, type Served } from './served.js';

let server: Served;

beforeAll(async () => {
  server = await serveApart();
});
afterEach(() => server.stillServes());
afterAll(() => server.stop());

const host = 'Host: localhost\r\n';
const close = 'Connection: close\r\n';
const head = (first: string, ...headers: string[]): string =>
  `${first} HTTP/1.1\r\n${[host.trim(), ...headers].join('\r\n')}\r\n\r\n`;
const greeting = head('GET /lmstudio-greeting');
const lastGreeting = head('GET /lmstudio-greeting', 'Connection: close');
const ask = (what: string): Promise<Said> => say(server.port, what);
const bodyOf = ({ text }: Said): string => text.slice(text.indexOf('\r\n\r\n') + 4);

describe('a Host header', () => {
  it('with a foreign name is accepted for LM Studio’s routes, and refused by the control API', async () => {
    expect(statuses(await ask(`GET /api/v1/models HTTP/1.1\r\nHost: evil.test\r\n${close}\r\n`))).toEqual([200]);
    for (const name of ['evil.test', 'localhost.evil.test', '127.0.0.1.evil.test', '', '@', '[::1', 'x'.repeat(5000)]) {
      const said = await ask(`POST /__modeldock/reset HTTP/1.1\r\nHost: ${name}\r\n${close}\r\n`);
      expect(statuses(said), name).toEqual([403]);
    }
  });

  it('that is missing is a bad request', async () => {
    expect(statuses(await ask('GET /api/v1/models HTTP/1.1\r\n\r\n'))).toEqual([400]);
  });

  it('that comes twice counts as the first', async () => {
    const said = await ask(`GET /__modeldock/health HTTP/1.1\r\nHost: evil.test\r\n${host}${close}\r\n`);
    expect(statuses(said)).toEqual([403]);
    expect(statuses(await ask(`GET /api/v1/models HTTP/1.1\r\n${host}Host: evil.test\r\n${close}\r\n`))).toEqual([200]);
  });
});

describe('a target', () => {
  it.each([
    ['//', 200],
    ['//evil.test/api/v1/models', 200],
    ['/?', 200],
    ['/#', 200],
    ['/api/v1/models?%zz&=&&', 200],
    ['/api/v1/../v1/models', 404],
    ['/\\..\\', 200],
    ['/api/v1/models/download/status/%zz', 404],
    ['/api/v1/models/download/status/%E0%A4%A', 404],
    ['/api/v1/models/download/status/%00', 404],
    ['/api/v1/models/download/status/__proto__', 404],
    ['/s/', 400],
    ['/s/%zz/api/v1/models', 400],
    ['/s/%2e%2e/api/v1/models', 400],
    ['/s/a%20b/__modeldock/health', 400],
    [`/s/${'x'.repeat(65)}/api/v1/models`, 400],
    ['/s/__proto__/api/v1/models', 200],
    ['/s/constructor/__modeldock/session', 200],
    ['/__modeldock/jobs/%zz', 404],
    ['/__modeldock/jobs/%E0%A4%A/wait?timeoutMs=-1', 400],
    ['/__modeldock/jobs/__proto__', 404],
    ['/__modeldock/../../etc/passwd', 404],
    [`/${'x'.repeat(15_000)}`, 200],
    ['http://localhost/api/v1/models', 200],
    ['HTTP://evil.test:99999/api/v1/models?x', 200],
    ['http://', 200],
    ['http://[::1', 200],
    ['http:///api/v1/models', 200],
  ])('%s is answered with %i', async (target, status) => {
    expect(statuses(await ask(head(`GET ${target}`, 'Connection: close')))).toEqual([status]);
  });

  it('of another protocol is a bad request, or an unknown route', async () => {
    for (const target of ['ftp://localhost/', 'x', '', '../..', '\u0000', '/\u0000', '/a b c', '/\u00ff\u0080']) {
      const said = await ask(head(`GET ${target}`, 'Connection: close'));
      expect([200, 400], `${target}: ${said.text}`).toContain(statuses(said)[0]);
    }
  });
});

describe('a method', () => {
  it.each(['TRACE /', 'OPTIONS *', 'OPTIONS /api/v1', 'PROPFIND /', 'PURGE /', 'DELETE /', 'SOURCE /'])(
    'such as %s is an unknown route',
    async (method) => {
      const said = await ask(head(method, 'Connection: close'));
      expect(bodyOf(said)).toBe(`{"error":"Unexpected endpoint or method. (${method})"}`);
    },
  );

  it('that HTTP does not know is a bad request', async () => {
    for (const method of ['BREW /', 'get /', 'G\u0000T /', `${'X'.repeat(10_000)} /`]) {
      expect(statuses(await ask(head(method))), method.slice(0, 10)).toEqual([400]);
    }
  });

  it('CONNECT gets no tunnel', async () => {
    expect(await ask('CONNECT example.test:443 HTTP/1.1\r\nHost: example.test:443\r\n\r\n')).toEqual({
      text: '',
      closed: true,
    });
  });
});

describe('headers', () => {
  it.each([
    ['of 100 kB in one', `X-Long: ${'x'.repeat(100_000)}`],
    ['by the ten thousand', Array.from({ length: 10_000 }, (_, index) => `X-${index}: ${index}`).join('\r\n')],
  ])('%s are too large', async (_, headers) => {
    expect(statuses(await ask(head('GET /', headers)))).toEqual([431]);
  });

  it('with NUL, a bare line feed, spaces or folding are a bad request or harmless', async () => {
    for (const header of ['X: a\u0000b', 'X : y', ': y', 'X', 'X: y\nZ: a', 'X: y\r\n folded', '\r\r\r', 'X: \u0001']) {
      const said = await ask(head('GET /api/v1/models', header, 'Connection: close'));
      expect([200, 400], `${JSON.stringify(header)}: ${said.text}`).toContain(statuses(said)[0]);
    }
  });

  it('that ask to switch the protocol do not switch it', async () => {
    const upgrade = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
    const said = await say(server.port, head('GET /', ...upgrade, 'Sec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEC=='), {
      until: (text) => text.includes('}'),
    });
    expect(statuses(said)).toEqual([200]);
    expect(statuses(await ask(head('GET /', 'Connection: Upgrade, HTTP2-Settings, close', 'Upgrade: h2c')))).toEqual([
      200,
    ]);
  });

  it('with Expect get an answer', async () => {
    expect(statuses(await ask(head('GET /', 'Expect: miracles', 'Connection: close')))).toEqual([417]);
    const body = '{"model":"simulate/slow-run-expect"}';
    const headers = ['Content-Type: application/json', `Content-Length: ${body.length}`, 'Connection: close'];
    const said = await ask(head('POST /api/v1/models/download', ...headers, 'Expect: 100-continue') + body);
    expect(statuses(said)).toEqual([100, 200]);
  });
});

describe('what is not HTTP/1.1', () => {
  it.each([
    ["HTTP/2's preface", 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['a version of the future', 'GET / HTTP/9.9\r\nHost: localhost\r\n\r\n'],
    ["TLS's hello", '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003'],
    ['NUL bytes', '\u0000'.repeat(1000)],
    [
      'a megabyte of noise',
      Array.from({ length: 1 << 20 }, (_, index) => String.fromCharCode((index * 167 + 1) & 255)).join(''),
    ],
  ])('such as %s is a bad request', async (_, what) => {
    expect(await ask(what)).toEqual({
      text: 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
      closed: true,
    });
  });

  it.each(['HTTP/1.0', ''])(
    'such as an HTTP/1.0 request is answered, and the connection closed: %s',
    async (version) => {
      const said = await ask(`GET /lmstudio-greeting ${version}`.trim() + '\r\n\r\n');
      expect(said.closed).toBe(true);
      expect(bodyOf(said)).toBe('{"lmstudio":true}');
    },
  );
});

describe('requests one behind another', () => {
  it('are answered in their order', async () => {
    const paths = Array.from({ length: 50 }, (_, index) => `/unknown-${index}`);
    const all = paths.map((path) => head(`GET ${path}`)).join('') + lastGreeting;
    const said = await ask(all);
    const answered = [...said.text.matchAll(/\(GET (\/unknown-\d+)\)/g)].map(([, path]) => path);
    expect(answered).toEqual(paths);
    expect(said.text.endsWith('{"lmstudio":true}')).toBe(true);
  });

  it('are answered as far as they are requests: garbage behind a good one does not take its answer', async () => {
    const said = await ask(`${greeting}garbage\r\n\r\n`);
    expect(statuses(said)).toEqual([200, 400]);
    expect(said.text).toMatch(/\{"lmstudio":true\}HTTP\/1\.1 400/);
    expect(said.closed).toBe(true);
    const many = await ask(`${greeting.repeat(10)}\u0000\u0000\r\n\r\n${greeting}`);
    expect(statuses(many)).toEqual([...Array.from({ length: 10 }, () => 200), 400]);
  });
});

describe('a body', () => {
  const post = (headers: readonly string[], body: string): string =>
    head('POST /api/v1/models/download', 'Content-Type: application/json', ...headers) + body;
  const model = '{"model":"simulate/slow-run-hostile"}';

  it('whose client leaves half way is not handled', async () => {
    const half = post([`Content-Length: ${model.length}`], model.slice(0, 10));
    for (let time = 0; time < 20; time++) {
      await say(server.port, half, { patience: 5 });
      expect(statuses(await say(server.port, half, { half: true }))).not.toContain(200);
    }
  });

  it('longer than announced is a body, and a bad request behind it', async () => {
    expect(statuses(await ask(post([`Content-Length: ${model.length}`], `${model}!!!`)))).toEqual([200, 400]);
  });

  it.each([
    ['two lengths', ['Content-Length: 10', 'Content-Length: 20']],
    ['a length and chunks', ['Content-Length: 10', 'Transfer-Encoding: chunked']],
    ['chunks and a length', ['Transfer-Encoding: chunked', 'Content-Length: 10']],
    ['a length below nothing', ['Content-Length: -1']],
    ['a length that is no number', ['Content-Length: ten']],
    ['a length beyond numbers', [`Content-Length: ${'9'.repeat(40)}`]],
    ['chunks that are not last', ['Transfer-Encoding: chunked, gzip']],
  ])('with %s is a bad request', async (_, headers) => {
    const said = await ask(post(headers, `25\r\n${model}\r\n0\r\n\r\n`));
    expect(statuses(said)[0]).toBe(400);
    expect(statuses(said)).not.toContain(200);
    expect(said.closed).toBe(true);
  });

  it.each([
    ['that have no size', 'zz\r\nhello\r\n'],
    ['of negative size', '-5\r\nhello\r\n'],
    ['of a size beyond numbers', `${'f'.repeat(40)}\r\nhello\r\n`],
    ['that are longer than their size', '2\r\nhello\r\n0\r\n\r\n'],
    ['with a long extension', `5;${'x'.repeat(100_000)}\r\nhello\r\n0\r\n\r\n`],
  ])('in chunks %s is a bad request', async (_, body) => {
    const said = await ask(post(['Transfer-Encoding: chunked'], body));
    expect(statuses(said), said.text).toEqual([expect.toSatisfy((status) => status === 400 || status === 413)]);
    expect(said.closed).toBe(true);
  });

  it('in chunks of one byte, with trailers, is read', async () => {
    const chunks = Array.from(model, (letter) => `1\r\n${letter}\r\n`).join('');
    const said = await ask(
      post(['Transfer-Encoding: chunked', 'Connection: close'], `${chunks}0\r\nX-Trailer: y\r\n\r\n`),
    );
    expect(statuses(said)).toEqual([200]);
  });
});
