import { unlessAborted } from '../../core/unless-aborted.js';
import { findPresence, type FilePresence } from '../library/presence.js';
import { ChangedSinceVerified, preparePublication } from '../library/publish.js';
import { repoFolder } from '../library/safe-path.js';
import { fetchFile, findReady, type Keep, type ReadyFile } from './fetch-file.js';
import type { LiveFile, LiveJob } from './live-job.js';
import { publishJob } from './publish-job.js';
import type { EngineContext } from './engine-context.js';

/** How many small files are fetched in parallel: their cost is latency, not bandwidth. */
const SMALL_AT_ONCE = 4;

/** How often a part that another program writes to is fetched again. */
const MOST_PUBLICATIONS = 3;

/**
 * Runs a job until its files are published: existing files are verified, the others are fetched, and all of them are
 * moved into place together.
 * @param keep writes a change into the job's record
 * @throws the error with which it failed, or the signal's reason
 */
export async function runJob(context: EngineContext, job: LiveJob, signal: AbortSignal, keep: Keep): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    if (job.record.publishing === undefined) {
      const ready = await obtainAll(context, job, signal, keep);
      const { root, plan } = job.record;
      signal.throwIfAborted();
      // From here on it is not stopped: a publication must not be left incomplete.
      job.isPublishing = true;
      const folder = repoFolder(root, plan.owner, plan.repo, plan.folder);
      await keep({
        publishing: await preparePublication(context.files, folder, ready),
        // The journals go before the record says that it is over.
        reached: Object.fromEntries(plan.files.map(({ path, size }) => [path, size])),
        downloadedBytes: job.record.totalBytes,
      });
    }
    job.isPublishing = true;
    try {
      await publishJob(context, job);
      return;
    } catch (error) {
      if (!(error instanceof ChangedSinceVerified) || attempt === MOST_PUBLICATIONS) throw error;
      context.onWarning(`${error.message} The changed bytes are fetched again.`);
      job.isPublishing = false;
      await keep({ publishing: undefined });
    }
  }
}

/** Prepares all files, in the order of the plan. */
async function obtainAll(context: EngineContext, job: LiveJob, signal: AbortSignal, keep: Keep): Promise<ReadyFile[]> {
  const { claims, limits } = context;
  const ready = new Map<LiveFile, ReadyFile>();
  const presence = await lookFor(context, job);
  // All are claimed at once: otherwise another job could begin in between.
  const granted = new Map(
    job.files.map((live) => [live, claims.claim(job.record.id, claimOf(presence.get(live)!))] as const),
  );
  const inWork = job.files.filter((live) => granted.get(live) === undefined);

  const toFetch: LiveFile[] = [];
  for (const live of inWork) {
    const found = await findReady(context, job, live, presence.get(live)!, signal, keep);
    if (found) ready.set(live, found);
    else toFetch.push(live);
  }
  const isSmall = ({ planned }: LiveFile): boolean => planned.size < limits.shortestRunBytes;
  const fetch = async (live: LiveFile, until: AbortSignal): Promise<void> => {
    ready.set(live, await fetchFile(context, job, live, presence.get(live)!, until, keep));
  };
  // A large file gets all connections, so that the files of one job do not compete.
  await sideBySide(toFetch.filter(isSmall), SMALL_AT_ONCE, signal, fetch);
  await sideBySide(
    toFetch.filter((live) => !isSmall(live)),
    1,
    signal,
    fetch,
  );
  for (const [live, turn] of granted) {
    if (turn) ready.set(live, await obtainShared(context, job, live, { turn, signal, keep }));
  }
  return job.files.map((live) => ready.get(live)!);
}

/**
 * Waits for another job that fetches the same file: usually the file is complete then, otherwise this job continues
 * with it.
 */
async function obtainShared(
  context: EngineContext,
  job: LiveJob,
  live: LiveFile,
  { turn, signal, keep }: { turn: Promise<void>; signal: AbortSignal; keep: Keep },
): Promise<ReadyFile> {
  live.phase = 'queued';
  await unlessAborted(turn, signal);
  live.phase = undefined;
  const presence = (await lookFor(context, job)).get(live)!;
  const ready = await findReady(context, job, live, presence, signal, keep);
  return ready ?? fetchFile(context, job, live, presence, signal, keep);
}

async function lookFor(context: EngineContext, { record, files: live }: LiveJob): Promise<Map<LiveFile, FilePresence>> {
  const { files, records, settings } = context;
  const { plan, root } = record;
  const found = await findPresence({
    files,
    plan,
    folder: repoFolder(root, plan.owner, plan.repo, plan.folder),
    records: await records.list(root),
    hubCache: settings.cacheFolder,
  });
  return new Map(live.map((file, index) => [file, found[index]!]));
}

/** Names a claim: one place, and the file that belongs there. */
function claimOf({ target, file }: FilePresence): string {
  return `${target}\0${file.digest.hex}`;
}

/** Runs tasks in parallel. The first failure ends the others; when it rejects, all have released everything. */
async function sideBySide<Item>(
  items: readonly Item[],
  atOnce: number,
  signal: AbortSignal,
  work: (item: Item, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const left = [...items];
  const failed = new AbortController();
  const until = AbortSignal.any([signal, failed.signal]);
  const lanes = Array.from({ length: Math.min(atOnce, items.length) }, async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) {
      try {
        until.throwIfAborted();
        await work(item, until);
      } catch (error) {
        failed.abort(error);
        throw error;
      }
    }
  });
  await Promise.allSettled(lanes);
  until.throwIfAborted();
}
