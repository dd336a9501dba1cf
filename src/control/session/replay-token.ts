import { parseSnapshot, type SessionSnapshot } from '../base/snapshot.js';
import { ControlError } from '../base/control-error.js';

/*
 * The prefix of a replay token: the name and version of the format. A token is a session's snapshot as one word that
 * can be pasted: its JSON, deflated (in zlib's form, whose checksum detects a mangled one), in base64url.
 */

const PREFIX = 'mdk1.';
/** The largest size that a token may unpack to: a small token can be crafted to unpack endlessly. */
const MOST_BYTES = 64 * 1024 * 1024;

/** Whether a text looks like a replay token. */
export function looksLikeReplayToken(text: string): boolean {
  return /^mdk\d+\./.test(text.trim());
}

/** Formats a snapshot as one word, for `modeldock --replay`. */
export async function toReplayToken(snapshot: SessionSnapshot): Promise<string> {
  const json = new TextEncoder().encode(JSON.stringify(snapshot));
  return PREFIX + toBase64Url(await collect(streamOf(json).pipeThrough(new CompressionStream('deflate')), Infinity));
}

/** Reads a replay token. @throws ControlError bad_snapshot */
export async function fromReplayToken(token: string): Promise<SessionSnapshot> {
  const text = token.trim();
  if (!looksLikeReplayToken(text)) throw refuse('expected it to begin with mdk1., found another beginning');
  if (!text.startsWith(PREFIX)) {
    throw refuse(`expected version mdk1, found ${text.slice(0, text.indexOf('.'))}`);
  }
  const packed = fromBase64Url(text.slice(PREFIX.length));
  const json = await unfold(packed);
  try {
    return parseSnapshot(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json)));
  } catch (error) {
    if (error instanceof ControlError) throw error;
    throw refuse('expected a snapshot, found something else', error);
  }
}

async function unfold(packed: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  try {
    return await collect(streamOf(packed).pipeThrough(new DecompressionStream('deflate')), MOST_BYTES);
  } catch (error) {
    if (error instanceof ControlError) throw error;
    throw refuse('expected a whole token, found one that was cut off or changed', error);
  }
}

async function collect(stream: ReadableStream<Uint8Array>, most: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = stream.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    length += next.value.length;
    if (length > most) {
      void reader.cancel().catch(() => undefined);
      throw refuse(`expected a snapshot of at most ${most / 1024 / 1024} MiB, found a larger one`);
    }
    chunks.push(next.value);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

function streamOf(bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    start: (controller) => {
      controller.enqueue(bytes);
      controller.close();
    },
  });
}

function toBase64Url(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  // `atob` ignores white space, which a copied token contains where a line was broken.
  if (!/^[\w-]*$/.test(text)) throw refuse('expected only letters, digits, - and _, found other characters');
  let binary: string;
  try {
    binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  } catch (error) {
    throw refuse('expected a whole token, found one that was cut off or changed', error);
  }
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index++) bytes[index] = binary.charCodeAt(index);
  return bytes;
}

function refuse(because: string, cause?: unknown): ControlError {
  return new ControlError(400, 'bad_snapshot', `Cannot read this replay token: ${because}.`, { cause });
}
