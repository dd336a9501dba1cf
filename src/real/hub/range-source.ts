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
  /** The host that is expected, until it is known: the hub's, or the one of the first location. */
  host: string;
  /** The hub's, without a slash at the end: redirects are held against it. */
  endpoint: string;
  /** The patience that the hub asked for by 429 holds for files that it sends itself, too. */
  gate?: RateGate;
}

/** A CDN may redirect a request so many times. Each request begins at the location that the hub gave. */
const MOST_REDIRECTS = 3;

/** A file's bytes by range requests. Chunks go from the socket to the receiver, with nothing in between. */
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

  /** Requests a range at a location, and where that redirects: by the rules for the hub's own redirects. */
  async function follow(
    place: FileLocation,
    range: ByteRange,
    receiver: ByteReceiver,
    signal: AbortSignal,
  ): Promise<void> {
    for (const visited = [place.url]; ;) {
      const url = new URL(visited.at(-1)!);
      // The token goes to the hub only, and only where it went along before.
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

function tooManyRedirects({ path }: Pick<PlannedFile, 'path'>, count: number): DownloadError {
  return new DownloadError(
    'redirect_refused',
    `Cannot download ${path}: the address that the hub gave leads on to others, ${count} times. Check what is between here and there.`,
  );
}
