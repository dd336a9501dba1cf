import type { Dispatcher } from 'undici';
import { DownloadError } from '../download-error.js';
import type { PlannedFile } from '../plan.js';
import { ReadError, type ByteRange, type ByteReceiver, type ByteSource } from '../transfer/byte-source.js';
import type { FileLocation } from './file-location.js';
import type { RateGate } from './rate-gate.js';
import { Redirected, requestRange } from './range-request.js';
import { asReadError } from './read-errors.js';
import { followRedirect, mayCarryToken } from './redirect-policy.js';
import type { SharedLocation } from './shared-location.js';

export interface RangeSourceOptions {
  location: SharedLocation;
  file: Pick<PlannedFile, 'path' | 'size'>;
  agent: Dispatcher;
  /** The expected host, until it is known: the hub's, or that of the first location. */
  host: string;
  /** The hub's URL, without a slash at the end, by which redirects are checked. */
  endpoint: string;
  /** The hub's limit of requests (429) also applies to files that it sends itself. */
  gate?: RateGate;
}

/** The largest number of redirects by a CDN. Each request begins at the location that the hub gave. */
const MOST_REDIRECTS = 3;

/** Reads a file's bytes by range requests. Chunks are passed directly from the socket to the receiver. */
export function createRangeSource({
  location,
  file,
  agent,
  gate,
  endpoint,
  ...options
}: RangeSourceOptions): ByteSource {
  let host = options.host;

  async function read(range: ByteRange, receiver: ByteReceiver, signal: AbortSignal): Promise<void> {
    const place = await locate(signal);
    host = new URL(place.url).host;
    receiver.onAsked?.();
    try {
      await follow(place, range, receiver, signal);
    } catch (error) {
      if (!(error instanceof ReadError)) throw error;
      if (error.kind === 'refused') location.refused(place, error.message);
      if (error.kind === 'rate-limited' && error.retryAfterMs !== undefined && place.bucket !== undefined) {
        gate?.close(place.bucket, error.retryAfterMs);
      }
      throw error;
    }
  }

  /** Requests a range at a location, and follows redirects by the rules for the hub's own redirects. */
  async function follow(
    place: FileLocation,
    range: ByteRange,
    receiver: ByteReceiver,
    signal: AbortSignal,
  ): Promise<void> {
    for (const visited = [place.url]; ;) {
      const url = new URL(visited.at(-1)!);
      // The token is sent to the hub only, and only if it was sent before.
      const headers = visited.length === 1 || mayCarryToken(endpoint, url.href) ? place.headers : {};
      try {
        const onAccepted = (): void => location.delivered(place);
        await requestRange(agent, { ...{ url, headers, file, range, receiver, signal }, onAccepted });
        return;
      } catch (error) {
        if (!(error instanceof Redirected)) throw error;
        if (visited.length > MOST_REDIRECTS) throw tooManyRedirects(file, visited.length);
        visited.push(followRedirect(endpoint, visited, error.location));
      }
    }
  }

  async function locate(signal: AbortSignal): Promise<FileLocation> {
    signal.throwIfAborted();
    try {
      const place = await location.current(signal);
      signal.throwIfAborted();
      const waitMs = place.bucket === undefined ? 0 : (gate?.waitMs(place.bucket) ?? 0);
      if (waitMs === 0) return place;
      const message = `Cannot download ${file.path} yet: the hub accepts no requests for ${Math.ceil(waitMs / 1000)} s.`;
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

function tooManyRedirects({ path }: Pick<PlannedFile, 'path'>, count: number): DownloadError {
  return new DownloadError(
    'redirect_refused',
    `Cannot download ${path}: the address from the hub redirects ${count} times. Check proxies on the way.`,
  );
}
