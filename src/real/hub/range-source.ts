import type { Dispatcher } from 'undici';
import type { PlannedFile } from '../plan.js';
import { ReadError, type ByteRange, type ByteReceiver, type ByteSource } from '../transfer/byte-source.js';
import type { FileLocation } from './file-location.js';
import type { RateGate } from './rate-gate.js';
import { requestRange } from './range-request.js';
import { asReadError } from './read-errors.js';
import type { SharedLocation } from './shared-location.js';

export interface RangeSourceOptions {
  location: SharedLocation;
  file: Pick<PlannedFile, 'path' | 'size'>;
  agent: Dispatcher;
  /** Where it is expected to be, until that is known: the hub's host, or the one of the first location. */
  host: string;
  /** What the hub asked for by 429 holds for files that it sends itself, too. */
  gate?: RateGate;
}

/** A file's bytes by range requests. Chunks go from the socket to the receiver, with nothing in between. */
export function createRangeSource({ location, file, agent, gate, ...options }: RangeSourceOptions): ByteSource {
  let host = options.host;

  async function read(range: ByteRange, receiver: ByteReceiver, signal: AbortSignal): Promise<void> {
    const place = await locate(signal);
    const url = new URL(place.url);
    host = url.host;
    receiver.onAsked?.();
    try {
      await requestRange(agent, {
        url,
        headers: place.headers,
        file,
        range,
        receiver,
        signal,
        onAccepted: () => {
          location.delivered(place);
        },
      });
    } catch (error) {
      if (!(error instanceof ReadError)) throw error;
      if (error.kind === 'refused') location.refused(place, error.message);
      if (error.kind === 'rate-limited' && error.retryAfterMs !== undefined && place.bucket !== undefined) {
        gate?.close(place.bucket, error.retryAfterMs);
      }
      throw error;
    }
  }

  async function locate(signal: AbortSignal): Promise<FileLocation> {
    signal.throwIfAborted();
    try {
      const place = await location.current(signal);
      signal.throwIfAborted();
      const waitMs = place.bucket === undefined ? 0 : (gate?.waitMs(place.bucket) ?? 0);
      if (waitMs === 0) return place;
      const message = `Cannot download ${file.path} yet: the hub wants no request for ${Math.ceil(waitMs / 1000)} s.`;
      throw new ReadError('rate-limited', 'rate_limited', message, { retryAfterMs: waitMs });
    } catch (error) {
      throw signal.aborted ? signal.reason : asReadError(error);
    }
  }

  return {
    get host() {
      return host;
    },
    read,
  };
}
