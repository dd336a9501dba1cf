import { unlessAborted } from '../../core/unless-aborted.js';
import { DownloadError } from '../download-error.js';
import type { RealClock } from '../real-clock.js';
import type { FileLocation } from './file-location.js';

/** A location of a file, shared by all requests for it. */
export interface SharedLocation {
  /**
   * Returns the current location; requests one if there is none, or if it is time to renew it. @throws what `locate`
   * throws
   */
  current(signal?: AbortSignal): Promise<FileLocation>;
  /**
   * Reports that a request was refused (403, 401, 410, 400 with XML). Afterwards `current` returns another location.
   * @throws DownloadError cdn_refused if several new locations in a row were refused
   */
  refused(location: FileLocation, answer: string): void;
  /** Reports that bytes arrived: from now on a refusal only means that the location has expired. */
  delivered(location: FileLocation): void;
}

export interface SharedLocationOptions {
  /**
   * Requests a location. The signal is that of the whole download: the caller may leave while others wait for the
   * answer.
   */
  locate: (signal: AbortSignal) => Promise<FileLocation>;
  clock: Pick<RealClock, 'monotonic'>;
  /** The signal of the whole download. */
  signal: AbortSignal;
  /** The file, for messages. */
  path: string;
  /** A location that is known already, for instance from the start. */
  first?: FileLocation;
  /** Called for each location after the first. */
  onRenewal?: () => void;
}

const FRESH_REFUSALS = 3;

export function shareLocation(options: SharedLocationOptions): SharedLocation {
  const { locate, clock, signal, path, first, onRenewal } = options;
  let location = first;
  let located = first !== undefined;
  let delivers = false;
  let freshRefusals = 0;
  let asking: Promise<FileLocation> | undefined;

  async function ask(): Promise<FileLocation> {
    try {
      const found = await locate(signal);
      location = found;
      delivers = false;
      if (located) onRenewal?.();
      located = true;
      return found;
    } finally {
      asking = undefined;
    }
  }

  return {
    async current(caller) {
      const known = location;
      if (known !== undefined && clock.monotonic() < known.renewAt) return known;
      asking ??= ask();
      try {
        return await unlessAborted(asking, caller);
      } catch (error) {
        // It could not be renewed in time, but it still works.
        if (
          known !== undefined &&
          known === location &&
          clock.monotonic() < known.expiresAt &&
          caller?.aborted !== true
        ) {
          return known;
        }
        throw error;
      }
    },
    refused(refused, answer) {
      if (refused !== location) return;
      location = undefined;
      freshRefusals = delivers ? 0 : freshRefusals + 1;
      if (freshRefusals < FRESH_REFUSALS) return;
      throw new DownloadError(
        'cdn_refused',
        `Cannot download ${path}: ${hostOf(refused)} refused ${FRESH_REFUSALS} new URLs in a row (${answer}). Check that no proxy changes requests, and try again later.`,
      );
    },
    delivered(by) {
      if (by !== location) return;
      delivers = true;
      freshRefusals = 0;
    },
  };
}

function hostOf({ url }: FileLocation): string {
  return new URL(url).host;
}
