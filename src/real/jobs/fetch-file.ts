import { join } from 'node:path';
import { hashStillFile } from '../disk/hash-still-file.js';
import { PartGone } from '../disk/in-place.js';
import { openPart, partPaths } from '../disk/part-file.js';
import { setOddPartsAside } from '../disk/set-aside.js';
import { downloadFile } from '../download-file.js';
import { DownloadError } from '../download-error.js';
import { createRangeSource } from '../hub/range-source.js';
import { shareLocation } from '../hub/shared-location.js';
import { adoptFromCache } from '../library/adopt-from-cache.js';
import type { Fingerprint } from '../library/fingerprint.js';
import type { FilePresence } from '../library/presence.js';
import type { PlannedFile } from '../plan.js';
import { adoptPart, findLeftParts, whilePaused } from './adopt-parts.js';
import { downloadedBytesOf, writtenBytesOf, type LiveFile, type LiveJob } from './live-job.js';
import type { JobChange } from './job-record.js';
import { stagedName } from './staged-name.js';
import type { EngineContext } from './engine-context.js';

/** Writes a change into the record of a job. */
export type Keep = (change: JobChange) => Promise<void>;

/** A file whose bytes are complete and verified. */
export interface ReadyFile {
  file: PlannedFile;
  /** Its part, until it is published; absent if the file is in its place already. */
  part?: string;
  /** The fingerprint at verification: of the part, or of the file in its place. */
  verified: Fingerprint;
  /** The file in its place that must be replaced. */
  replaces?: Fingerprint;
}

/**
 * Finds a file that needs no download: it is in its place, or in the Hugging Face cache.
 * @returns undefined if it must be downloaded
 */
export async function findReady(
  context: EngineContext,
  job: LiveJob,
  live: LiveFile,
  presence: FilePresence,
  signal: AbortSignal,
  keep: Keep,
): Promise<ReadyFile | undefined> {
  const { planned: file } = live;
  if (presence.state === 'recorded') return { ...(await there()), verified: presence.found };
  if (presence.state === 'same-size') {
    const verified = await verify(presence.target);
    if (verified) return { ...(await there()), verified };
  }
  const cached = 'cached' in presence ? presence.cached : undefined;
  if (cached === undefined) return undefined;
  const part = join(job.folder, `${stagedName(job.record.plan, file)}.cached`);
  // Copied first, so that the file that is hashed is the one that will be published.
  await adoptFromCache(context.files, cached, part);
  const verified = await verify(part);
  if (verified) return { ...(await there()), part, verified, ...replacing(presence) };
  await context.files.rm(part, { force: true });
  return undefined;

  async function there(): Promise<Pick<ReadyFile, 'file'>> {
    // No journal says that it is there: without the record it would be shown as missing after a kill.
    const { reached } = job.record;
    if (reached[file.path] !== file.size) await keep({ reached: { ...reached, [file.path]: file.size } });
    live.downloadedBytes = file.size;
    live.hashedBytes = file.size;
    return { file };
  }

  async function verify(path: string): Promise<Fingerprint | undefined> {
    live.phase = 'verifying';
    let before = 0;
    try {
      const found = await hashStillFile(
        context,
        { path, algorithm: file.digest.algorithm, size: file.size },
        {
          signal,
          onHashed: (bytes) => {
            context.totals.hashedBytes += Math.max(0, bytes - before);
            before = bytes;
            live.hashedBytes = bytes;
          },
        },
      );
      return found?.hex === file.digest.hex ? found.fingerprint : undefined;
    } finally {
      live.phase = undefined;
      live.hashedBytes = 0;
    }
  }
}

/** Downloads a file into a part of its own, continuing an earlier one. */
export async function fetchFile(
  context: EngineContext,
  job: LiveJob,
  live: LiveFile,
  presence: FilePresence,
  signal: AbortSignal,
  keep: Keep,
): Promise<ReadyFile> {
  const { planned: file } = live;
  const { files, clock, limits, budget, digester, bootId, hub, agents, settings, totals } = context;
  const { plan } = job.record;
  const name = stagedName(plan, file);
  live.phase = 'connecting';
  await adoptLeftPart();
  signal.throwIfAborted();
  await setOddPartsAside(files, partPaths(job.folder, name), context.onWarning);
  const { onWarning } = context;
  const before = live.downloadedBytes;
  const part = await openPart({
    ...{ folder: job.folder, name, file, files, clock, limits, budget, digester, bootId, onWarning },
    onForgotten: () => void keepShown(),
  });
  const lostBytes = before - part.storedBytes();
  if (lostBytes > 0) {
    onWarning(
      `${lostBytes} bytes of ${file.path} are not in ${part.path} any more: it or its journal was deleted, replaced or damaged while the download stood still. They are fetched again.`,
    );
  }
  live.part = part;
  let isWrong = false;
  let isGone = false;
  try {
    const verified = await downloadFile({
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
    return { file, part: part.path, verified, ...replacing(presence) };
  } catch (error) {
    isWrong = error instanceof DownloadError && error.code === 'checksum_mismatch';
    isGone = error instanceof PartGone;
    throw error;
  } finally {
    totals.hashedBytes += part.hashedBytes();
    // The next job must not continue with bytes that are known to be wrong.
    await (isWrong ? part.discard() : part.close());
    live.downloadedBytes = isWrong || isGone ? 0 : part.recordedBytes();
    // Its error says how many bytes are lost, and so does what is shown.
    if (isGone) job.shownBytes = 0;
    live.hashedBytes = part.hashedBytes();
    live.part = undefined;
    live.phase = undefined;
    job.trace?.note(writtenBytesOf(job));
  }

  /** The journal forgets bytes that were shown; the record remembers that they were. */
  async function keepShown(): Promise<void> {
    const downloadedBytes = downloadedBytesOf(job);
    // Where it cannot be written, the next write of the job stops it and says why.
    if (downloadedBytes > job.record.downloadedBytes) await keep({ downloadedBytes }).catch(() => undefined);
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

/** Returns the file in the place of a download, as it was when the job checked. */
function replacing(presence: FilePresence): Pick<ReadyFile, 'replaces'> {
  return presence.state === 'same-size' || presence.state === 'outdated' ? { replaces: presence.found } : {};
}
