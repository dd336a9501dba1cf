import { unlessAborted } from '../../core/unless-aborted.js';
import { DownloadError } from '../download-error.js';
import type { RealClock } from '../real-clock.js';
import type { FileLocation } from './file-location.js';

/** One location on behalf of all requests for a file. */
export interface SharedLocation {
  /** The one to use now; asks the hub when there is none, or when it is time for another. @throws what `locate` throws */
  current(signal?: AbortSignal): Promise<FileLocation>;
  /**
   * A request was refused (403, 401, 410, 400 with XML). Afterwards `current` gives another one.
   * @throws DownloadError cdn_refused when none of several fresh ones was any good
   */
  refused(location: FileLocation, answer: string): void;
  /** Bytes came: from now on a refusal only means that it has expired. */
  delivered(location: FileLocation): void;
}

export interface SharedLocationOptions {
  /** Asks the hub. Its signal is that of the whole download: the one who asks may leave while others wait for the answer. */
  locate: (signal: AbortSignal) => Promise<FileLocation>;
  clock: Pick<RealClock, 'monotonic'>;
  /** Of the whole download. */
  signal: AbortSignal;
  /** The file, for the error's text. */
  path: string;
  /** What is known already, for instance from the first look. */
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
        `${hostOf(refused)} refused ${path} (${answer}) by ${FRESH_REFUSALS} fresh URLs in a row. Check that nothing between here and there changes requests, and try again later.`,
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
