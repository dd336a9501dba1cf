import { describe, expect, it } from 'vitest';
import { followRedirect, mayCarryToken, MOST_HOPS } from '../../../src/real/hub/redirect-policy.js';

const hub = 'https://huggingface.co';
const mirror = 'http://mirror.lan:8080';

describe('a token', () => {
  const goes: [endpoint: string, url: string, boolean][] = [
    [hub, 'https://huggingface.co/api/models', true],
    [hub, 'https://huggingface.co:443/x', true],
    [hub, 'https://hf.co/x', true],
    ['https://hf.co', 'https://huggingface.co/x', true],
    [hub, 'http://huggingface.co/x', false],
    [hub, 'https://huggingface.co:8443/x', false],
    [hub, 'https://cdn-lfs.huggingface.co/x', false],
    [hub, 'https://huggingface.co.evil.example/x', false],
    [hub, 'https://cas-bridge.xethub.hf.co/x', false],
    [hub, 'https://hf.co.evil.example/x', false],
    [mirror, 'http://mirror.lan:8080/x', true],
    [mirror, 'http://mirror.lan:8081/x', false],
    [mirror, 'http://mirror.lan/x', false],
    [mirror, 'https://mirror.lan:8080/x', false],
    [mirror, 'https://huggingface.co/x', false],
    [`${mirror}/hf`, 'http://mirror.lan:8080/elsewhere', true],
    ['http://127.0.0.1:1', 'http://127.0.0.2:1/x', false],
  ];
  it.each(goes)('of %s goes to %s: %s', (endpoint, url, may) => {
    expect(mayCarryToken(endpoint, url)).toBe(may);
  });
});

describe('a redirect', () => {
  const followed: [endpoint: string, from: string, location: string, to: string][] = [
    [hub, `${hub}/api/models/a/b?blobs=true`, '/api/models/c/d?blobs=true', `${hub}/api/models/c/d?blobs=true`],
    [hub, `${hub}/a/b/resolve/x/y`, 'z#part', `${hub}/a/b/resolve/x/z`],
    [hub, `${hub}/a`, '//cdn.example/x', 'https://cdn.example/x'],
    [hub, `${hub}/a`, 'https://cdn.example/x?Signature=1', 'https://cdn.example/x?Signature=1'],
    [mirror, `${mirror}/a`, 'http://cdn.lan/x', 'http://cdn.lan/x'],
    [mirror, `${mirror}/a`, 'https://cdn.example/x', 'https://cdn.example/x'],
  ];
  it.each(followed)('of %s is followed from %s by %s to %s', (endpoint, from, location, to) => {
    expect(followRedirect(endpoint, [from], location)).toBe(to);
  });

  const refused: [endpoint: string, from: string, location: string][] = [
    [hub, `${hub}/a`, 'http://huggingface.co/a'],
    [hub, `${hub}/a`, 'http://cdn.example/x'],
    [mirror, 'https://cdn.example/a', 'http://mirror.lan:8080/x'],
    [hub, 'http://cdn.example/a', 'http://cdn.example/b'],
    [hub, `${hub}/a`, 'file:///etc/passwd'],
    [mirror, `${mirror}/a`, 'ftp://mirror.lan/x'],
    [hub, `${hub}/a`, 'data:text/plain,x'],
    [hub, `${hub}/a`, 'https://user:secret@cdn.example/x'],
    [hub, `${hub}/a`, 'https://user@cdn.example/x'],
    [hub, `${hub}/a`, 'https://'],
    [hub, `${hub}/a`, '/a'],
    [hub, `${hub}/a`, '#part'],
  ];
  it.each(refused)('of %s is not followed from %s by %s', (endpoint, from, location) => {
    let error: unknown;
    try {
      followRedirect(endpoint, [from], location);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ name: 'DownloadError', code: 'redirect_refused' });
    expect((error as Error).message).not.toMatch(/secret|passwd/);
  });

  it('in a loop of several is not followed', () => {
    expect(() => followRedirect(hub, [`${hub}/a`, `${hub}/b`, `${hub}/c`], '/b')).toThrow('loop');
  });

  it(`is followed ${MOST_HOPS} times`, () => {
    const visited = Array.from({ length: MOST_HOPS }, (_, hop) => `${hub}/${hop}`);
    expect(followRedirect(hub, visited, '/next')).toBe(`${hub}/next`);
    expect(() => followRedirect(hub, [...visited, `${hub}/20`], '/next')).toThrow('more than 20 times');
  });
});
