import { problems } from '../../contract/problem.js';
import { fractionAt, hashText } from '../../core/random.js';
import type { CannedReply } from './canned-text.js';

const DIMENSIONS = 8;
const MOST_DIMENSIONS = 4096;

/**
 * Formats a reply for `/v1/embeddings`: a short vector of length 1 for each input, which depends only on the text.
 * OpenAI's own clients ask for base64.
 * @throws Problem missingField, wrongType, wrongValue
 */
export function embeddingList(
  { input, dimensions = DIMENSIONS, encoding_format }: Record<string, unknown>,
  { model, input: { tokens } }: CannedReply,
): unknown {
  if (input === undefined) throw problems.missingField('input');
  if (typeof input !== 'string' && !Array.isArray(input)) {
    throw problems.wrongType('input', 'string or array', input === null ? 'null' : typeof input);
  }
  if (!Number.isInteger(dimensions) || (dimensions as number) < 1 || (dimensions as number) > MOST_DIMENSIONS) {
    throw problems.wrongValue('dimensions', `a whole number from 1 to ${MOST_DIMENSIONS}`);
  }
  // An array of numbers is one text, as tokens.
  const texts: unknown[] = Array.isArray(input) && typeof input[0] !== 'number' ? input : [input];
  return {
    object: 'list',
    data: texts.map((text, index) => {
      const vector = vectorOf(typeof text === 'string' ? text : JSON.stringify(text), dimensions as number);
      return { object: 'embedding', embedding: encoding_format === 'base64' ? toBase64(vector) : vector, index };
    }),
    model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}

function vectorOf(text: string, dimensions: number): number[] {
  const seed = hashText(`canned/${text}`);
  const values = Array.from({ length: dimensions }, (_, index) => 2 * fractionAt(seed, index) - 1);
  const length = Math.hypot(...values) || 1;
  return values.map((value) => value / length);
}

/** Encodes 32-bit floats, little-endian. */
function toBase64(vector: readonly number[]): string {
  const bytes = new DataView(new ArrayBuffer(vector.length * 4));
  vector.forEach((value, index) => bytes.setFloat32(index * 4, value, true));
  return btoa(Array.from(new Uint8Array(bytes.buffer), (byte) => String.fromCharCode(byte)).join(''));
}
