// @ts-check
/*
 * Reads GGUF headers in a thread. It is plain JavaScript, so that it can be started as a worker both from the sources
 * (in tests) and from the build. Reading a vocabulary takes half a second and a hundred megabytes, which must not block
 * a thread that transfers bytes.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { GGMLFileQuantizationType, gguf } from '@huggingface/gguf';

// start-worker.ts waits for this message before it ends the thread.
workerData?.loading.postMessage('loaded');

const port = /** @type {import('node:worker_threads').MessagePort} */ (parentPort);

parentPort?.on('message', async (/** @type {string} */ path) => {
  try {
    const header = await gguf(path, { allowLocalFile: true, computeParametersCount: true });
    /** @type {Record<string, unknown>} */
    const metadata = { ...header.metadata };
    const fileType = metadata['general.file_type'];
    /** @type {import('./read-gguf.js').GgufHeader} */
    const answer = {
      metadata: Object.entries(metadata).filter(([, value]) => typeof value !== 'object'),
      parameters: header.parameterCount,
      lastTensorAt: header.tensorInfos.reduce(
        (last, { offset }) => Math.max(last, Number(header.tensorDataOffset) + Number(offset)),
        0,
      ),
      fileType: typeof fileType === 'number' ? GGMLFileQuantizationType[fileType] : undefined,
    };
    port.postMessage({ header: answer });
  } catch (error) {
    port.postMessage({ failed: error instanceof Error ? error.message : String(error) });
  }
});
