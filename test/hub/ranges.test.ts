import { fc, test } from '@fast-check/vitest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHub, type Hub } from '../../src/hub/index.js';
import { readRange } from '../../src/hub/wire/ranges.js';
import { ask, locate } from './wire-client.js';

const REPO = 'modeldock/tiny-chat-GGUF';
const SIZE = 3 * 1024 * 1024;

const OURS = '"ours"';
const [BEFORE, MODIFIED, AFTER] = [
  'Mon, 06 Jan 2025 08:59:59 GMT',
  'Mon, 06 Jan 2025 09:00:00 GMT',
  'Mon, 06 Jan 2025 09:00:01 GMT',
];

let hub: Hub;
let url: string;
let whole: Buffer;
beforeAll(async () => {
  hub = await createHub({ digestCache: false });
  url = await locate(hub.endpoint, `/${REPO}/resolve/main/tiny-chat-Q4_K_M.gguf`);
  whole = (await ask(url)).body;
});
afterAll(() => hub.close());

describe('ranges', () => {
  it.each([
    ['bytes=0-0', 0, 1],
    ['bytes=100-199', 100, 200],
    ['bytes=65535-65537', 65_535, 65_538],
    [`bytes=${SIZE - 10}-`, SIZE - 10, SIZE],
    ['bytes=-7', SIZE - 7, SIZE],
    [`bytes=-${SIZE + 1}`, 0, SIZE],
    [`bytes=${SIZE - 1}-${SIZE + 100}`, SIZE - 1, SIZE],
  ])('answers %s with 206 and just these bytes', async (range, start, end) => {
    const { status, headers, body } = await ask(url, { headers: { Range: range } });
    expect([status, headers['content-range'], headers['content-length']]).toEqual([
      206,
      `bytes ${start}-${end - 1}/${SIZE}`,
      String(end - start),
    ]);
    expect(body.equals(whole.subarray(start, end))).toBe(true);
  });

  it.each([`bytes=${SIZE}-`, `bytes=${SIZE}-${SIZE + 5}`, 'bytes=-0'])(
    'answers %s with 416 and the size',
    async (range) => {
      const { status, headers } = await ask(url, { headers: { Range: range } });
      expect([status, headers['content-range']]).toEqual([416, `bytes */${SIZE}`]);
    },
  );

  it.each(['bytes=5-3', 'bytes=0-1,5-6', 'lines=1-2', 'bytes=', 'bytes=-', 'nonsense'])(
    'takes %s for no range at all',
    async (range) => {
      const { status, headers } = await ask(url, { method: 'HEAD', headers: { Range: range } });
      expect([status, headers['content-length']]).toEqual([200, String(SIZE)]);
    },
  );

  it('answers HEAD with the header of the GET, and nothing else', async () => {
    const { status, headers, body } = await ask(url, { method: 'HEAD', headers: { Range: 'bytes=10-19' } });
    expect([status, headers['content-range'], headers['content-length'], body.length]).toEqual([
      206,
      `bytes 10-19/${SIZE}`,
      '10',
      0,
    ]);
  });

  it('gives the whole when If-Range names something else', async () => {
    const { headers } = await ask(url, { method: 'HEAD' });
    const ask10 = (condition: string): ReturnType<typeof ask> =>
      ask(url, { headers: { Range: 'bytes=0-9', 'If-Range': condition } });
    expect((await ask10(headers.etag!)).status).toBe(206);
    expect((await ask10('"other"')).status).toBe(200);
    expect((await ask10(headers['last-modified']!)).status).toBe(206);
    expect((await ask10('Mon, 06 Jan 2025 09:00:01 GMT')).status).toBe(200);
  });

  it('answers If-None-Match with 304, without a body', async () => {
    const { headers } = await ask(url, { method: 'HEAD' });
    const { status, body } = await ask(url, { headers: { 'If-None-Match': `W/"a", ${headers.etag!}` } });
    expect([status, body.length]).toEqual([304, 0]);
  });

  // RFC 9110, 13.2.2. The file was last modified at MODIFIED, and its ETag is OURS.
  it.each<[status: number, conditions: Record<string, string>]>([
    [304, { 'If-Modified-Since': MODIFIED }],
    [304, { 'If-Modified-Since': AFTER }],
    [200, { 'If-Modified-Since': BEFORE }],
    [200, { 'If-Modified-Since': 'yesterday' }],
    [200, { 'If-Modified-Since': AFTER, 'If-None-Match': '"other"' }],
    [304, { 'If-Modified-Since': BEFORE, 'If-None-Match': OURS }],
    [304, { 'If-Modified-Since': AFTER, Range: 'bytes=0-9' }],
    [200, { 'If-Match': OURS }],
    [200, { 'If-Match': `"other", ${OURS}` }],
    [200, { 'If-Match': '*' }],
    [206, { 'If-Match': OURS, Range: 'bytes=0-9' }],
    [412, { 'If-Match': '"other"' }],
    [412, { 'If-Match': `W/${OURS}` }],
    [412, { 'If-Match': '"other"', Range: 'bytes=0-9' }],
    [412, { 'If-Match': '"other"', 'If-None-Match': OURS }],
    [304, { 'If-Match': OURS, 'If-None-Match': OURS }],
    [412, { 'If-Unmodified-Since': BEFORE }],
    [200, { 'If-Unmodified-Since': MODIFIED }],
    [200, { 'If-Unmodified-Since': 'yesterday' }],
    [200, { 'If-Unmodified-Since': BEFORE, 'If-Match': OURS }],
  ])('answers %i to %j', async (status, conditions) => {
    const { headers } = await ask(url, { method: 'HEAD' });
    expect(headers['last-modified']).toBe(MODIFIED);
    const asked = Object.entries(conditions).map(([name, value]) => [name, value.replace(OURS, headers.etag!)]);
    const answer = await ask(url, { headers: Object.fromEntries(asked) as Record<string, string> });
    expect([answer.status, answer.failure]).toEqual([status, undefined]);
    if (status === 304) expect(answer.body.length).toBe(0);
  });

  it('takes no date for what has none', async () => {
    const small = `${hub.endpoint}/${REPO}/raw/main/config.json`;
    expect((await ask(small, { headers: { 'If-Modified-Since': AFTER } })).status).toBe(200);
    expect((await ask(small, { headers: { 'If-Unmodified-Since': BEFORE } })).status).toBe(200);
    expect((await ask(small, { headers: { 'If-Match': '"other"' } })).status).toBe(412);
  });

  it('produces the end of the 40 GB file as readily as its beginning', async () => {
    const huge = await locate(hub.endpoint, '/modeldock/huge-chat-GGUF/resolve/main/huge-chat-Q8_0.gguf');
    const last = await ask(huge, { headers: { Range: 'bytes=-1000' } });
    expect(last.headers['content-range']).toBe('bytes 39999999000-39999999999/40000000000');
    const inside = await ask(huge, { headers: { Range: 'bytes=39999999503-39999999520' } });
    expect(inside.body.equals(last.body.subarray(503, 521))).toBe(true);
  });

  const span = fc.tuple(fc.nat(SIZE - 1), fc.nat(SIZE - 1)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
  test.prop([span], { seed: 20_260_301, numRuns: 40 })(
    'serves any span as the same bytes as the whole (seed 20260301)',
    async ([first, last]) => {
      const { body } = await ask(url, { headers: { Range: `bytes=${first}-${last}` } });
      expect(body.equals(whole.subarray(first, last + 1))).toBe(true);
    },
  );

  test.prop([fc.string(), fc.nat()], { seed: 20_260_302 })(
    'never asks for bytes that are not there (seed 20260302)',
    (header, size) => {
      const asked = readRange(`bytes=${header}`, size);
      if (typeof asked === 'string') return;
      expect(asked.start).toBeGreaterThanOrEqual(0);
      expect(asked.start).toBeLessThan(asked.end);
      expect(asked.end).toBeLessThanOrEqual(size);
    },
  );
});
