import { Problem, problems } from '../contract/problem.js';

/* Loaded with the first body that has a content coding, or another charset than UTF-8. */

/**
 * Decodes bytes in a content coding and a charset to text.
 * @param encoding lower-case; undefined where there is none
 * @param charset lower-case
 * @throws Problem for an unsupported coding or charset, for damaged bytes, and for more than `limit` bytes
 */
export async function readCodedBody(
  bytes: Uint8Array,
  encoding: string | undefined,
  charset: string,
  limit: number,
): Promise<string> {
  return decodeText(encoding === undefined ? bytes : await decompress(bytes, encoding, limit), charset);
}

async function decompress(bytes: Uint8Array, encoding: string, limit: number): Promise<Uint8Array> {
  const decoder = decoderFor(encoding);
  if (!decoder) throw unsupportedEncoding(encoding);
  const reader = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(decoder).getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read().catch(() => {
      throw damagedEncoding(encoding);
    });
    if (done) return concatenate(chunks, length);
    length += value.byteLength;
    if (length > limit) {
      // A decompression bomb: the rest is never decoded.
      reader.cancel().catch(() => undefined);
      throw problems.bodyTooLarge(limit);
    }
    chunks.push(value);
  }
}

type Decoder = ReadableWritablePair<Uint8Array, BufferSource>;

/** Finds the decoder for a coding; undefined for an unsupported one. */
function decoderFor(encoding: string): Decoder | undefined {
  switch (encoding) {
    case 'gzip':
    case 'x-gzip':
      return new DecompressionStream('gzip');
    case 'deflate':
      return new DecompressionStream('deflate');
    case 'br':
      return brotliDecoder();
    default:
      return undefined;
  }
}

interface NodeZlib {
  createBrotliDecompress(): unknown;
}
interface NodeStream {
  Duplex: { toWeb(duplex: unknown): unknown };
}

/**
 * Looks up Node's brotli decoder at run time: browsers have none, and a page's bundle must not contain anything of
 * Node's.
 */
function brotliDecoder(): Decoder | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
  const zlib = process?.getBuiltinModule?.('node:zlib') as NodeZlib | undefined;
  const stream = process?.getBuiltinModule?.('node:stream') as NodeStream | undefined;
  return zlib && stream && (stream.Duplex.toWeb(zlib.createBrotliDecompress()) as Decoder);
}

function concatenate(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}

/** @throws Problem unsupportedCharset */
function decodeText(bytes: Uint8Array, charset: string): string {
  switch (charset) {
    case 'utf-8':
    case 'utf8':
      return new TextDecoder().decode(bytes);
    case 'utf-16':
      // UTF-16 is decoded by its byte order mark; without one, as little-endian.
      return new TextDecoder(bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-16le').decode(bytes);
    case 'utf-16le':
    case 'utf-16be':
      return new TextDecoder(charset).decode(bytes);
    case 'utf-32':
      return decodeUtf32(bytes, !(bytes[0] === 0 && bytes[1] === 0 && bytes[2] === 0xfe && bytes[3] === 0xff));
    case 'utf-32le':
    case 'utf-32be':
      return decodeUtf32(bytes, charset === 'utf-32le');
    default:
      throw unsupportedCharset(charset);
  }
}

/** Decodes UTF-32, for which no platform has a decoder. */
function decodeUtf32(bytes: Uint8Array, isLittleEndian: boolean): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let text = '';
  for (let at = 0; at + 4 <= bytes.byteLength; at += 4) {
    const point = view.getUint32(at, isLittleEndian);
    text += point > 0x10ffff ? '\ufffd' : String.fromCodePoint(point);
  }
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

function unsupportedEncoding(encoding: string): Problem {
  return refusal(
    415,
    `Unsupported content encoding '${encoding}'. Please send the body as it is, or as gzip, deflate or br`,
  );
}

function unsupportedCharset(charset: string): Problem {
  return refusal(415, `Unsupported charset '${charset}'. Please send the body as UTF-8`);
}

function damagedEncoding(encoding: string): Problem {
  return refusal(400, `Invalid body: it is not ${encoding}, as its content encoding says`, 'invalid_encoding');
}

function refusal(status: number, message: string, code?: string): Problem {
  return new Problem(status, 'invalid_request', message, code === undefined ? {} : { code });
}
