// @ts-check
/*
 * Computes the same bytes as content.ts; a test compares the two. It is plain JavaScript that imports only Node's own
 * modules, so that it can be started as a worker both from the sources (in tests) and from the build.
 */
import { createCipheriv, createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

// start-worker.ts waits for this message before it ends the thread.
workerData?.loading.postMessage('loaded');

const zeros = new Uint8Array(64 * 1024);
const PROGRESS_STEP = 256 * 1024 * 1024;

/**
 * @param {import('./content.js').ContentSource} source
 * @param {(bytes: number) => void} progress
 */
async function sha256(source, progress) {
  const hash = createHash('sha256');
  if (source.type === 'bytes') {
    hash.update(source.bytes);
  } else if (source.type === 'disk') {
    let bytes = 0;
    for await (const chunk of createReadStream(source.path, { highWaterMark: 1024 * 1024 })) {
      hash.update(chunk);
      bytes += chunk.length;
      if (bytes % PROGRESS_STEP < chunk.length) progress(bytes);
    }
  } else {
    const cipher = createCipheriv('aes-128-ctr', source.key, new Uint8Array(16));
    const head = source.head.subarray(0, source.size);
    hash.update(head);
    // The header replaces the beginning of the key stream, it does not shift it.
    for (let at = 0; at < source.size; at += zeros.length) {
      const chunk = cipher.update(zeros.subarray(0, Math.min(zeros.length, source.size - at)));
      hash.update(at < head.length ? chunk.subarray(head.length - at) : chunk);
      if (at % PROGRESS_STEP === 0) progress(at);
    }
  }
  return hash.digest('hex');
}

const port = parentPort;
port?.on('message', async (/** @type {{ source: import('./content.js').ContentSource }} */ { source }) => {
  try {
    const digest = await sha256(source, (bytes) => port.postMessage({ progress: bytes }));
    port.postMessage({ digest });
  } catch (error) {
    port.postMessage({ failed: error instanceof Error ? error.message : String(error) });
  }
});
