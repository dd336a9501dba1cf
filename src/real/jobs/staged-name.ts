import type { DownloadPlan, PlannedFile } from '../plan.js';

/**
 * Returns the name of a staged file: partial bytes belong to a digest and a size, independently of the name in a repo,
 * and a later job finds them by that.
 */
export function stagedName({ files }: Pick<DownloadPlan, 'files'>, { path, size, digest }: PlannedFile): string {
  const twins = files.filter((file) => file.digest.hex === digest.hex && file.size === size);
  const index = twins.findIndex((file) => file.path === path);
  return index === 0 ? `${digest.hex}-${size}` : `${digest.hex}-${size}-${index}`;
}
