import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw } from 'node:zlib';

/**
 * Decodes the Content-Encoding of a body: gzip, deflate, br, or several of them.
 * @param mostBytes the limit of the decoded body
 * @throws Error for an unknown encoding, and for a body that is not in its encoding
 */
export async function decodeBody(body: Buffer, encoding: string, mostBytes: number): Promise<Buffer | 'too long'> {
  let decoded = body;
  for (const name of encoding.toLowerCase().split(',').reverse()) {
    try {
      decoded = await decodeOnce(decoded, name.trim(), mostBytes);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return 'too long';
      throw error;
    }
  }
  return decoded;
}

async function decodeOnce(body: Buffer, name: string, maxOutputLength: number): Promise<Buffer> {
  const options = { maxOutputLength };
  switch (name) {
    case '':
    case 'identity':
      return body;
    case 'gzip':
    case 'x-gzip':
      return promisify(gunzip)(body, options);
    case 'br':
      return promisify(brotliDecompress)(body, options);
    case 'deflate':
      // RFC 9110 means zlib's format; some servers send the bare stream. The first four bits distinguish them.
      return (body[0]! & 0x0f) === 8 ? promisify(inflate)(body, options) : promisify(inflateRaw)(body, options);
    default:
      throw new Error(`the answer has the unknown encoding ${name.replace(/[^\x20-\x7e]/g, '?').slice(0, 40)}`);
  }
}
