import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { clientOf, listening, patience, rejection, startHub } from './client-on-hub.js';

const chat = { owner: 'modeldock', repo: 'tiny-chat-GGUF', subject: 'tiny-chat' };

/** What stands in front of a hub: it passes everything on, and does as it is told with the n-th answer, counted from 1. */
async function inFrontOfHub(
  spoil: (answer: { status: number; headers: Record<string, string>; body: Buffer }, count: number) => unknown,
): Promise<{ endpoint: string; asked: () => number }> {
  const hub = await startHub();
  let asked = 0;
  const pass = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const found = await fetch(`${hub.endpoint}${request.url!}`, { redirect: 'manual' });
    const headers = Object.fromEntries(
      [...found.headers].filter(([name]) => !/^(content-length|transfer-)/.test(name)),
    );
    const answer = { status: found.status, headers, body: Buffer.from(await found.arrayBuffer()) };
    if (spoil(answer, ++asked) === 'reset') response.destroy();
    else response.writeHead(answer.status, answer.headers).end(answer.body);
  };
  const endpoint = await listening(createServer((request, response) => void pass(request, response)));
  return { endpoint, asked: () => asked };
}

describe('an answer of the API that is compressed, unasked', () => {
  it.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['br', brotliCompressSync],
    ['GZIP', gzipSync],
    ['gzip, br', (body: Buffer) => brotliCompressSync(gzipSync(body))],
    ['identity', (body: Buffer) => body],
  ])('is read: %s', async (encoding, encode) => {
    const { endpoint } = await inFrontOfHub((answer) => {
      answer.headers['content-encoding'] = encoding;
      answer.body = encode(answer.body);
    });
    expect((await clientOf(endpoint).plan(chat, patience())).files).toHaveLength(2);
  });

  it('is refused by name where it cannot be decoded, and where it would fill the memory', async () => {
    for (const [encoding, body, why] of [
      ['zstd', Buffer.from('x'), 'zstd'],
      ['gzip', Buffer.from('no gzip'), 'Cannot decode'],
      ['gzip', gzipSync(Buffer.alloc(40 * 1024 * 1024)), 'found more'],
    ] as const) {
      const { endpoint } = await inFrontOfHub((answer) => {
        answer.headers['content-encoding'] = encoding;
        answer.body = body;
      });
      expect(await rejection(clientOf(endpoint).plan(chat, patience()))).toMatchObject({
        code: 'hub_error',
        message: expect.stringContaining(why) as string,
      });
    }
  });
});

describe('what a hub does once', () => {
  it.each<[string, Parameters<typeof inFrontOfHub>[0]]>([
    ['a reset', (_, count) => (count === 1 ? 'reset' : undefined)],
    ...[500, 502, 503, 418, 403].map((status): [string, Parameters<typeof inFrontOfHub>[0]] => [
      `status ${status}`,
      (answer, count) => count === 1 && Object.assign(answer, { status, body: Buffer.from('<html>') }),
    ]),
    ['a page of HTML', (answer, count) => count === 1 && (answer.body = Buffer.from('<html>'))],
    ['half of a list', (answer, count) => count === 2 && (answer.body = answer.body.subarray(0, 20))],
    ['nothing', (answer, count) => count === 2 && (answer.body = Buffer.alloc(0))],
  ])('does not end a start: %s', async (_, spoil) => {
    const { endpoint } = await inFrontOfHub(spoil);
    const client = clientOf(endpoint);
    const plan = await client.plan(chat, patience());
    expect(plan.files).toHaveLength(2);
  });

  it('ends it when it comes again, without asking on and on', async () => {
    const { endpoint, asked } = await inFrontOfHub((answer) => (answer.body = Buffer.from('<html>')));
    expect(await rejection(clientOf(endpoint).plan(chat, patience()))).toMatchObject({ code: 'hub_error' });
    expect(asked()).toBe(2);
  });
});
