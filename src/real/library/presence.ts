import type { FileLayer } from '../file-layer.js';
import type { DownloadPlan, PlannedFile } from '../plan.js';
import { readFingerprint, isSameFile, isUntouched, type Fingerprint } from './fingerprint.js';
import type { ModelRecord, RecordedFile } from './records.js';
import { findInHubCache } from './hub-cache.js';
import { resolveTarget } from './safe-path.js';

/** How much of a planned file exists already. */
export type FilePresence = {
  file: PlannedFile;
  /** The path where it belongs; absolute. */
  target: string;
} & (
  | { state: 'recorded'; found: Fingerprint }
  /** There is a file of that size without a record: it must be hashed. */
  | { state: 'same-size'; found: Fingerprint; cached?: string }
  /** The Hugging Face cache has a blob of that name and size: it must be hashed before it is used. */
  | { state: 'in-hf-cache'; cached: string }
  /** There is another file of that name. `ours` if modeldock downloaded it. */
  | { state: 'outdated'; found: Fingerprint; ours: boolean; cached?: string }
  | { state: 'absent' }
);

export interface PresenceQuestion {
  files: FileLayer;
  plan: DownloadPlan;
  /** The repo's folder in a models folder. */
  folder: string;
  /** All records of that models folder. */
  records: readonly ModelRecord[];
  /** HF_HUB_CACHE, in which blobs of this repo are searched. */
  hubCache?: string | undefined;
}

/** Checks each file of a plan, without reading any. @throws RefusedError unsafe_path */
export async function findPresence({
  files,
  plan,
  folder,
  records,
  hubCache,
}: PresenceQuestion): Promise<FilePresence[]> {
  // A projector is in the records of all quantizations with which it came; any of them is sufficient.
  const recorded = recordsOf(plan, records).flatMap((record) => record.files);
  const found: FilePresence[] = [];
  for (const file of plan.files) {
    const target = await resolveTarget(files, folder, file.path);
    const there = await readFingerprint(files, target);
    if (there) {
      const known = recorded.find((entry) => entry.path === file.path && isSameFile(entry, there));
      if (known?.digest.hex === file.digest.hex && isUntouched(known, there)) {
        found.push({ file, target, state: 'recorded', found: there });
        continue;
      }
      const cached = await findInHubCache(files, hubCache, plan, file);
      const hit = cached === undefined ? {} : { cached };
      const isPlanned = known === undefined || known.digest.hex === file.digest.hex;
      if (isPlanned && there.size === file.size) {
        found.push({ file, target, state: 'same-size', found: there, ...hit });
      } else {
        found.push({ file, target, state: 'outdated', found: there, ours: known !== undefined, ...hit });
      }
      continue;
    }
    const cached = await findInHubCache(files, hubCache, plan, file);
    found.push(
      cached === undefined ? { file, target, state: 'absent' } : { file, target, state: 'in-hf-cache', cached },
    );
  }
  return found;
}

/** Finds the records of one repo, ignoring case. */
export function recordsOf(
  { owner, repo }: Pick<DownloadPlan, 'owner' | 'repo'>,
  records: readonly ModelRecord[],
): ModelRecord[] {
  const name = `${owner}/${repo}`.toLowerCase();
  return records.filter((record) => `${record.owner}/${record.repo}`.toLowerCase() === name);
}

/** Creates the record of a verified file in its place. */
export async function recordFile(files: FileLayer, file: PlannedFile, target: string): Promise<RecordedFile> {
  const found = await readFingerprint(files, target);
  if (found?.size !== file.size) {
    throw new Error(`Cannot record ${target}: expected a file of ${file.size} bytes, found ${found?.size ?? 'none'}.`);
  }
  return { path: file.path, digest: file.digest, ...found };
}
