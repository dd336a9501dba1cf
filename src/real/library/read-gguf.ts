import type { Worker } from 'node:worker_threads';
import { quantizationLabel } from '../../core/model-file-kind.js';
import { createSerialQueue } from '../../core/serial-queue.js';
import { endWorker, startWorker } from '../../node/start-worker.js';

/** What a GGUF file's header says about its model. */
export interface GgufFacts {
  /**
   * `projector` handles images for another model; `other` is data about a model, or a part that cannot be used alone.
   */
  kind: 'model' | 'embedding' | 'projector' | 'other';
  architecture: string;
  name?: string;
  contextLength: number;
  /** The number of parameters in the tensors of this file. */
  parameters: number;
  /** The publisher's label, for instance `7B` or `8x7B`. */
  sizeLabel?: string;
  /** The quantization by the header; a file's name may be more exact. */
  quantization?: string;
  toolUse: boolean;
  /** Set for a mixture of experts. */
  hasExperts?: true;
}

/** Architectures of embedding models. */
const EMBEDDING_ARCHITECTURES = /bert|^(?:gemma-embedding|t5encoder)$/;

/** A header, as the reading thread returns it. */
export interface GgufHeader {
  /** Without lists. */
  metadata: [key: string, value: unknown][];
  parameters: number;
  /** The offset of its last tensor; 0 if it has none. */
  lastTensorAt: number;
  /** The name of `general.file_type`. */
  fileType: string | undefined;
}

export interface GgufReader {
  /**
   * Reads a file's header: some megabytes at most, most of them the vocabulary. Rejects with an Error that says what is
   * wrong with the file.
   */
  read(path: string, size: number): Promise<GgufFacts>;
}

/** How long an idle thread waits for more work. */
const IDLE_MS = 1000;

/** Creates a reader, without a thread yet. It reads one header after another. */
export function createGgufReader(): GgufReader {
  let worker: Worker | undefined;
  const oneByOne = createSerialQueue();
  let idle: NodeJS.Timeout | undefined;

  return {
    read(path, size) {
      return oneByOne(() => ask(path)).then((found) => factsOf(found, size));
    },
  };

  function ask(path: string): Promise<GgufHeader> {
    clearTimeout(idle);
    return new Promise((resolve, reject) => {
      const reader = (worker ??= startWorker(new URL('./gguf-worker.js', import.meta.url)));
      const settle = (): void => {
        reader.off('message', onMessage).off('error', onError).off('exit', onExit).unref();
        idle = setTimeout(stop, IDLE_MS).unref();
      };
      const onMessage = ({ header, failed }: { header?: GgufHeader; failed?: string }): void => {
        settle();
        if (header) resolve(header);
        else reject(new Error(failed));
      };
      const onError = (error: Error): void => {
        settle();
        worker = undefined;
        reject(error);
      };
      const onExit = (): void => onError(new Error('the thread that read it ended'));
      reader.on('message', onMessage).on('error', onError).on('exit', onExit).ref();
      reader.postMessage(path);
    });
  }

  function stop(): void {
    if (worker !== undefined) void endWorker(worker);
    worker = undefined;
  }
}

/** @throws Error */
function factsOf({ metadata: entries, parameters, lastTensorAt, fileType }: GgufHeader, size: number): GgufFacts {
  if (lastTensorAt > 0 && lastTensorAt >= size) {
    throw new Error(`it ends at ${size} bytes, before its last tensor begins`);
  }
  const metadata = Object.fromEntries(entries);
  const architecture = textIn(metadata, 'general.architecture') ?? '';
  const template = textIn(metadata, 'tokenizer.chat_template') ?? '';
  const name = textIn(metadata, 'general.name');
  const sizeLabel = textIn(metadata, 'general.size_label');
  return {
    kind: kindOf(metadata, architecture, name ?? ''),
    architecture,
    ...(name !== undefined && { name }),
    contextLength: numberIn(metadata, `${architecture}.context_length`) ?? 0,
    parameters,
    ...(sizeLabel !== undefined && { sizeLabel }),
    ...(fileType !== undefined && { quantization: quantizationLabel(fileType) ?? fileType }),
    toolUse: /\btools?\b/.test(template),
    ...((numberIn(metadata, `${architecture}.expert_count`) ?? 0) > 0 && { hasExperts: true }),
  };
}

function kindOf(metadata: Readonly<Record<string, unknown>>, architecture: string, name: string): GgufFacts['kind'] {
  const type = textIn(metadata, 'general.type') ?? 'model';
  if (type === 'mmproj' || architecture === 'clip') return 'projector';
  if (type !== 'model' || architecture === '') return 'other';
  const isPooled = numberIn(metadata, `${architecture}.pooling_type`) !== undefined && /embed/i.test(name);
  return isPooled || EMBEDDING_ARCHITECTURES.test(architecture) ? 'embedding' : 'model';
}

function textIn(metadata: Readonly<Record<string, unknown>>, key: string): string | undefined {
  const value = metadata[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function numberIn(metadata: Readonly<Record<string, unknown>>, key: string): number | undefined {
  const value = metadata[key];
  const number = typeof value === 'bigint' ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}
