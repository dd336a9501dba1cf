import { join } from 'node:path';
import { openPart } from '../disk/part-file.js';
import { downloadFile } from '../download-file.js';
import { DownloadError } from '../download-error.js';
import { createRangeSource } from '../hub/range-source.js';
import { shareLocation } from '../hub/shared-location.js';
import { adoptFromCache } from '../library/adopt-from-cache.js';
import type { Fingerprint } from '../library/fingerprint.js';
import type { FilePresence } from '../library/presence.js';
import type { PlannedFile } from '../plan.js';
import { adoptPart, findLeftParts, whilePaused } from './adopt-parts.js';
import { downloadedBytesOf, type LiveFile, type LiveJob } from './live-job.js';
import { stagedName } from './staged-name.js';
import type { EngineContext } from './engine-context.js';

/** A file whose bytes are there and verified. */
export interface ReadyFile {
  file: PlannedFile;
  /** Where they are, until they are published; absent where they are in their place already. */
  part?: string;
  /** What they were when they were verified in their place. */
  verified?: Fingerprint;
  /** What is in their place now, and has to go. */
  replaces?: Fingerprint;
}

/**
 * Whether a file can be had without asking the hub: it is there, or in the Hugging Face cache.
 * @returns undefined when it has to be downloaded
 */
export async function findReady(
  context: EngineContext,
  job: LiveJob,
  live: LiveFile,
  presence: FilePresence,
  signal: AbortSignal,
): Promise<ReadyFile | undefined> {
  const { planned: file } = live;
  if (presence.state === 'recorded') return { ...there(), verified: presence.found };
  if (presence.state === 'same-size' && (await isRight(presence.target))) {
    return { ...there(), verified: presence.found };
  }
  const cached = 'cached' in presence ? presence.cached : undefined;
  if (cached === undefined || !(await isRight(cached))) return undefined;
  const part = join(job.folder, `${stagedName(job.record.plan, file)}.cached`);
  await adoptFromCache(context.files, cached, part);
  return { ...there(), part, ...replacing(presence) };

  function there(): ReadyFile {
    live.downloadedBytes = file.size;
    live.hashedBytes = file.size;
    return { file };
  }

  async function isRight(path: string): Promise<boolean> {
    live.phase = 'verifying';
    let before = 0;
    try {
      const hex = await context.digester.digestOf(
        { path, algorithm: file.digest.algorithm, size: file.size },
        {
          signal,
          onHashed: (bytes) => {
            context.totals.hashedBytes += bytes - before;
            before = bytes;
            live.hashedBytes = bytes;
          },
        },
      );
      return hex === file.digest.hex;
    } finally {
      live.phase = undefined;
      live.hashedBytes = 0;
    }
  }
}

/** Downloads a file into a part of its own, from where an earlier one stopped. */
export async function fetchFile(
  context: EngineContext,
  job: LiveJob,
  live: LiveFile,
  presence: FilePresence,
  signal: AbortSignal,
): Promise<ReadyFile> {
  const { planned: file } = live;
  const { files, clock, limits, budget, digester, bootId, hub, agents, settings, totals } = context;
  const { plan } = job.record;
  const name = stagedName(plan, file);
  live.phase = 'connecting';
  await adoptLeftPart();
  signal.throwIfAborted();
  const part = await openPart({ folder: job.folder, name, file, files, clock, limits, budget, digester, bootId });
  live.part = part;
  let isWrong = false;
  try {
    await downloadFile({
      part,
      source: () => {
        const first = job.located.get(file.path);
        job.located.delete(file.path);
        const location = shareLocation({
          locate: (asking) => hub.locate(plan, file, asking),
          clock,
          signal,
          path: file.path,
          ...(first && { first }),
          onRenewal: () => totals.renewals++,
        });
        const { host } = new URL(first?.url ?? settings.endpoint);
        return createRangeSource({
          ...{ location, file, agent: agents.cdn, host, gate: hub.gate },
          endpoint: settings.endpoint,
        });
      },
      limits,
      clock,
      slots: context.slots,
      bandwidth: [context.bandwidth, job.bandwidth],
      signal,
      counters: job.counters,
      onPhase: (phase) => {
        live.phase = phase;
      },
    });
    return { file, part: part.path, ...replacing(presence) };
  } catch (error) {
    isWrong = error instanceof DownloadError && error.code === 'checksum_mismatch';
    throw error;
  } finally {
    totals.hashedBytes += part.hashedBytes();
    // Whoever asks again must not begin with bytes that are known to be wrong.
    await (isWrong ? part.discard() : part.close());
    live.downloadedBytes = isWrong ? 0 : part.storedBytes();
    live.hashedBytes = part.hashedBytes();
    live.part = undefined;
    live.phase = undefined;
    job.trace?.note(downloadedBytesOf(job));
  }

  async function adoptLeftPart(): Promise<void> {
    const { root, id } = job.record;
    const others = [];
    for await (const other of context.store.list()) if (other.id !== id) others.push(other);
    const [left] = findLeftParts({ ...plan, files: [file] }, root, others);
    if (!left) return;
    const adopt = (): Promise<void> => adoptPart(files, left, { folder: job.folder, name });
    if (left.job.state !== 'paused') await adopt();
    else await whilePaused(context, left.job, adopt);
  }
}

/** What is in the way of a file, as far as it was there when the job looked. */
function replacing(presence: FilePresence): Pick<ReadyFile, 'replaces'> {
  return presence.state === 'same-size' || presence.state === 'outdated' ? { replaces: presence.found } : {};
}
