import { describe, expect } from 'vitest';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import type { Transport } from '../transport.js';
import { checksOver, type Client } from './checks.js';

const MIB = 1024 * 1024;
const text = JSON.stringify({ model: 'simulate/steady' });

/** How bodies and headers are read: as Express reads them, the same over every transport. */
export function bodies(transport: Transport): void {
  const { check, needs } = checksOver(transport);

  const send = (client: Client, body: Uint8Array, headers: Record<string, string>) =>
    // Not as a Buffer, which does not travel into a page.
    client.post('/api/v1/models/download', Uint8Array.from(body), headers);
  const encoded = (encoding: string, encode: (bytes: Uint8Array) => Uint8Array) => async (client: Client) => {
    expect((await send(client, encode(bytesOf(text)), { 'content-encoding': encoding })).status).toBe(200);
    // A bomb: small as it comes, too large once decoded.
    const bomb = encode(bytesOf(text.padEnd(64 * MIB)));
    expect(bomb.length).toBeLessThan(MIB);
    expect((await send(client, bomb, { 'content-encoding': encoding })).status).toBe(413);
    const damaged = await send(client, bytesOf(text), { 'content-encoding': encoding });
    expect([damaged.status, JSON.parse(damaged.body)]).toMatchObject([400, { error: { code: 'invalid_encoding' } }]);
    expect((await client.get('/lmstudio-greeting')).status).toBe(200);
  };

  describe('a body', () => {
    check('in gzip is decoded, within the limit', {}, encoded('gzip', gzipSync));
    check('in deflate is decoded, within the limit', {}, encoded('Deflate', deflateSync));
    needs('brotli')('in br is decoded, within the limit', {}, encoded('br', brotliCompressSync));

    check('in another coding is a 415', {}, async (client) => {
      for (const encoding of ['zstd', 'gzip, gzip', 'compress']) {
        expect((await send(client, bytesOf(text), { 'content-encoding': encoding })).status).toBe(415);
      }
      expect((await send(client, bytesOf(text), { 'content-encoding': 'identity' })).status).toBe(200);
    });

    check('with a byte order mark is read without it', {}, async (client) => {
      expect((await send(client, bytesOf(`\ufeff${text}`), {})).status).toBe(200);
    });

    check('is read in the charset that its type names', {}, async (client) => {
      const little = utf16(text);
      const big = little.map((_, index) => little[index ^ 1]!);
      for (const [charset, body] of [
        ['utf-8', bytesOf(text)],
        ['UTF-16LE', little],
        ['"utf-16le"', little],
        ['utf-16be', big],
        ['utf-16', utf16(`\ufeff${text}`)],
        ['utf-16', utf16(`\ufeff${text}`).map((_, index, all) => all[index ^ 1]!)],
      ] as const) {
        const headers = { 'content-type': `application/json; charset=${charset}` };
        expect([charset, (await send(client, body, headers)).status]).toEqual([charset, 200]);
      }
      for (const charset of ['latin1', 'iso-8859-1', 'utf-9']) {
        const headers = { 'content-type': `application/json; charset=${charset}` };
        expect((await send(client, bytesOf(text), headers)).status).toBe(415);
      }
    });
  });

  describe('a header', () => {
    needs('header bytes')('has the characters that curl and fetch send', {}, async (client) => {
      // As bytes: UTF-8, which curl sends, and Latin-1, which fetch sends.
      for (const agent of ['caf\u00c3\u00a9', 'caf\u00e9']) {
        await client.send({ method: 'GET', path: '/lmstudio-greeting', headers: { 'user-agent': agent } });
      }
      const { body } = await client.get('/__modeldock/journal');
      const entries = JSON.parse(body) as { request: { headers: Record<string, string> } }[];
      expect(entries.map(({ request }) => request.headers['user-agent'])).toEqual(['café', 'café']);
    });
  });
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function utf16(text: string): Uint8Array {
  return Uint8Array.from(
    Array.from(text).flatMap((character) => [character.charCodeAt(0) & 0xff, character.charCodeAt(0) >> 8]),
  );
}
