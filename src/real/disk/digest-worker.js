// @ts-check
/*
 * Hashes files in a thread. It is plain JavaScript that imports only Node's own modules, so that it can be started as a
 * worker both from the sources (in tests) and from the build. digester.ts starts it and defines the messages.
 */
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { crc32 } from 'node:zlib';

// start-worker.ts waits for this message before it ends the thread.
workerData?.loading.postMessage('loaded');

/** Small enough to be hashed in the processor's cache. */
const buffer = Buffer.allocUnsafe(256 * 1024);
/** How much of one file is read before other files and messages are handled. */
const TURN_BYTES = 8 * 1024 * 1024;

/**
 * @typedef {import('./digester.js').Follow & {
 *   fd?: number,
 *   era: number,
 *   until: number,
 *   hashed: number,
 *   hash: import('node:crypto').Hash,
 *   segmentStart: number,
 *   segmentHash: import('node:crypto').Hash,
 *   crc: number,
 * }} Following
 * `segmentHash` is the hash as it was at `segmentStart`, `crc` that of the bytes since.
 */

/** @type {Map<number, Following>} */
const followings = new Map();
/** @type {import('./digester.js').Check[]} */
const checks = [];
let running = false;

const port = /** @type {import('node:worker_threads').MessagePort} */ (parentPort);

parentPort?.on('message', (/** @type {import('./digester.js').ToWorker} */ message) => {
  if (message.type === 'follow') {
    const hash = startHash(message);
    const start = { era: 0, until: 0, hashed: 0, segmentStart: 0, segmentHash: hash.copy(), crc: 0 };
    followings.set(message.id, { ...message, ...start, hash });
    if (message.size === 0) {
      port.postMessage({ type: 'hashed', id: message.id, era: 0, hashed: 0, digest: hash.copy().digest('hex') });
    }
  } else if (message.type === 'check') {
    checks.push(message);
  } else {
    const following = followings.get(message.id);
    if (following === undefined) return;
    if (message.type === 'advance') {
      // A message from before a part of the file was taken back no longer applies.
      if (message.era === following.era) following.until = message.until;
    } else if (message.type === 'forget') {
      following.era = message.era;
      following.expected.delete(message.segment);
      const start = message.segment * following.segmentBytes;
      following.until = Math.min(following.until, start);
      if (following.hashed > start) rewind(following, start);
    } else {
      followings.delete(message.id);
      if (following.fd !== undefined) closeSync(following.fd);
    }
  }
  if (!running) void run();
});

async function run() {
  running = true;
  for (;;) {
    const busy = [...followings.values()].filter(({ hashed, until }) => hashed < until);
    const check = checks.shift();
    if (busy.length === 0 && check === undefined) break;
    for (const following of busy) {
      try {
        hashOn(following);
      } catch (error) {
        following.until = following.hashed;
        port.postMessage(failure(following.id, error));
      }
    }
    if (check !== undefined) await answer(check);
    await setImmediate();
  }
  running = false;
}

/** @param {Following} following */
function hashOn(following) {
  const { id, path, segmentBytes, size, expected } = following;
  following.fd ??= openSync(path, 'r');
  const turnEnd = Math.min(following.until, following.hashed + TURN_BYTES);
  while (following.hashed < turnEnd) {
    const segment = Math.floor(following.hashed / segmentBytes);
    const segmentEnd = Math.min(size, (segment + 1) * segmentBytes);
    const wanted = Math.min(buffer.length, turnEnd - following.hashed, segmentEnd - following.hashed);
    const bytes = buffer.subarray(0, readSync(following.fd, buffer, 0, wanted, following.hashed));
    const crc = expected.get(segment);
    following.hash.update(bytes);
    if (crc !== undefined) following.crc = crc32(bytes, following.crc);
    following.hashed += bytes.length;
    const isShort = bytes.length === 0;
    const atEnd = following.hashed === segmentEnd;
    if (isShort || (atEnd && crc !== undefined && crc !== following.crc)) {
      expected.delete(segment);
      rewind(following, segment * segmentBytes);
      following.until = following.hashed;
      port.postMessage({ type: 'damaged', id, segment, era: following.era, hashed: following.hashed });
      following.era += 1;
      return;
    }
    if (atEnd) {
      expected.delete(segment);
      following.segmentStart = segmentEnd;
      following.segmentHash = following.hash.copy();
      following.crc = 0;
    }
  }
  const digest = following.hashed === size ? following.hash.copy().digest('hex') : undefined;
  port.postMessage({ type: 'hashed', id, era: following.era, hashed: following.hashed, digest });
}

/**
 * Goes back to the start of a segment: by the saved state of the hash, or else to the start of the file.
 * @param {Following} following
 * @param {number} start
 */
function rewind(following, start) {
  if (following.segmentStart === start) {
    following.hash = following.segmentHash.copy();
    following.hashed = start;
  } else {
    following.hash = startHash(following);
    following.segmentHash = following.hash.copy();
    following.segmentStart = 0;
    following.hashed = 0;
  }
  following.crc = 0;
}

/** @param {Pick<import('./digester.js').Follow, 'algorithm' | 'size'>} of */
function startHash({ algorithm, size }) {
  if (algorithm === 'sha256') return createHash('sha256');
  // Git's hash of a blob.
  return createHash('sha1').update(`blob ${size}\0`);
}

/** @param {import('./digester.js').Check} check */
async function answer({ id, path, ranges }) {
  /** @type {number | undefined} */
  let fd;
  try {
    fd = openSync(path, 'r');
    const damaged = [];
    let turn = 0;
    for (const { segment, start, end, from, crc } of ranges) {
      let found = from;
      let at = start;
      while (at < end) {
        const length = readSync(fd, buffer, 0, Math.min(buffer.length, end - at), at);
        if (length === 0) break;
        found = crc32(buffer.subarray(0, length), found);
        at += length;
        turn += length;
        if (turn >= TURN_BYTES) {
          turn = 0;
          // The buffer is free here: other tasks may use it in between.
          await setImmediate();
        }
      }
      if (at < end || found !== crc) damaged.push(segment);
    }
    port.postMessage({ type: 'checked', id, damaged });
  } catch (error) {
    port.postMessage(failure(id, error));
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/**
 * A copied error has no code.
 * @param {number} id
 * @param {unknown} error
 */
function failure(id, error) {
  return { type: 'failed', id, error, code: error instanceof Error && 'code' in error ? error.code : undefined };
}
