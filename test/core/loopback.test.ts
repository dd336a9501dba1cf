import { describe, expect, it } from 'vitest';
import { foreignPartOf } from '../../src/core/foreign-call.js';
import { callableOrigin, isLoopbackHost, isLoopbackOrigin } from '../../src/core/loopback.js';

describe('a loopback host', () => {
  it.each(['localhost', 'LOCALHOST', '127.0.0.1', '127.0.0.2', '127.255.255.254', '::1', '[::1]', '0:0:0:0:0:0:0:1'])(
    'is %s',
    (host) => {
      expect(isLoopbackHost(host)).toBe(true);
    },
  );

  it.each([
    ...[
      '',
      '0.0.0.0',
      '::',
      '128.0.0.1',
      '10.0.0.1',
      'localhost.example',
      '127.0.0.1.example',
      'my-localhost',
      '[::2]',
    ],
    ...[
      'user@localhost',
      'user:pw@localhost',
      'localhost:80',
      'localhost/x',
      'localhost#',
      'localhost\\x',
      '127.0.0.256',
    ],
  ])('is not %s', (host) => {
    expect(isLoopbackHost(host)).toBe(false);
  });
});

describe('a loopback origin', () => {
  it.each([
    'http://localhost',
    'http://localhost:5173',
    'https://127.0.0.2:1',
    'http://[::1]:1234',
    'HTTP://LocalHost:1',
  ])('is %s', (origin) => {
    expect(isLoopbackOrigin(origin)).toBe(true);
  });

  it.each([
    ...['http://user:pw@localhost', 'http://user@localhost:5173', 'http://localhost@evil.example', 'null', ''],
    ...['http://evil.example', 'ftp://localhost', 'tauri://localhost', 'http://localhost/x', 'http://localhost?x'],
    ...['http://localhost#x', 'http://localhost\\@evil.example', 'http://evil.example#@localhost', 'localhost'],
  ])('is not %s', (origin) => {
    expect(isLoopbackOrigin(origin)).toBe(false);
  });
});

describe('a call', () => {
  it.each([
    [{ host: '127.0.0.2:1234' }, undefined],
    [{ host: '[::1]:1234' }, undefined],
    [{ host: 'box:1234' }, undefined],
    [{ host: undefined }, undefined],
    [{ host: 'evil.example' }, 'host'],
    [{ host: 'user:pw@localhost', origin: 'http://user:pw@localhost' }, 'host'],
    [{ host: 'localhost:1', origin: 'http://localhost:1' }, undefined],
    [{ host: 'localhost:1', origin: 'http://user:pw@localhost:1' }, 'page'],
    [{ host: 'localhost:1', origin: 'http://evil.example' }, 'page'],
    [{ host: 'localhost:1', fetchSite: 'cross-site' }, 'page'],
  ] as const)('with %j has as its foreign part: %s', (source, part) => {
    const none = { origin: undefined, fetchSite: undefined };
    const call = { ...none, ...source };
    expect(foreignPartOf(call, ['box'])).toBe(part);
  });
});

describe('the origin to call a server at', () => {
  it.each([
    ['0.0.0.0', 'http://127.0.0.1:80'],
    ['::', 'http://[::1]:80'],
    ['[::]', 'http://[::1]:80'],
    ['::1', 'http://[::1]:80'],
    ['box', 'http://box:80'],
  ])('that listens on %s is %s', (address, origin) => {
    expect(callableOrigin('http', address, 80)).toBe(origin);
  });
});
