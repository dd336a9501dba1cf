import { join } from 'node:path';
import { isUntouched, readFingerprint } from '../library/fingerprint.js';
import { findPresence, type FilePresence } from '../library/presence.js';
import { modelOf } from '../library/records.js';
import { repoFolder } from '../library/safe-path.js';
import type { DownloadPlan } from '../plan.js';
import type { EngineContext } from './engine-context.js';

type Context = Pick<EngineContext, 'files' | 'records' | 'settings'>;

/** Finds which files of a plan are in a models folder already, and which of those are recorded. */
export async function lookFor(
  { files, records, settings }: Context,
  plan: DownloadPlan,
  root: string,
): Promise<FilePresence[]> {
  return findPresence({
    files,
    plan,
    folder: repoFolder(root, plan.owner, plan.repo, plan.folder),
    records: await records.list(root),
    hubCache: settings.cacheFolder,
  });
}

/** Whether every file of a plan is installed and recorded. */
export async function isThere(context: Context, plan: DownloadPlan, root: string): Promise<boolean> {
  return (await lookFor(context, plan, root)).every(({ state }) => state === 'recorded');
}

/** Whether all recorded files of a model are unchanged. */
export async function isInstalled({ files, records }: Context, plan: DownloadPlan, root: string): Promise<boolean> {
  const record = await records.find(root, modelOf(plan));
  if (!record) return false;
  const folder = repoFolder(root, record.owner, record.repo, record.folder);
  for (const file of record.files) {
    const there = await readFingerprint(files, join(folder, file.path));
    if (!there || !isUntouched(there, file)) return false;
  }
  return true;
}
