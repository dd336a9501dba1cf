import type { DownloaderMetrics } from '../../core/downloader.js';
import type { JobSnapshot } from '../../core/job.js';
import type { Lifecycle } from './lifecycle.js';
import { phaseOf, speedOf } from './live-job.js';
import type { EngineContext } from './engine-context.js';

/** @param standings the state of every known job, by id */
export function readMetrics(
  { totals }: EngineContext,
  { live }: Lifecycle,
  states: ReadonlyMap<string, JobSnapshot['state']>,
): DownloaderMetrics {
  const counts = new Map<string, DownloaderMetrics['jobs'][number]>();
  const count = (found: Omit<DownloaderMetrics['jobs'][number], 'count'>): void => {
    const key = `${found.state} ${found.phase ?? ''}`;
    counts.set(key, { ...found, count: (counts.get(key)?.count ?? 0) + 1 });
  };
  const running = [...live.values()];
  for (const job of running) count({ state: 'downloading', phase: phaseOf(job) });
  for (const [id, state] of states) if (!live.has(id)) count({ state });
  const hashing = running.flatMap(({ files }) => files).reduce((sum, { part }) => sum + (part?.hashedBytes() ?? 0), 0);
  return {
    ...totals,
    hashedBytes: totals.hashedBytes + hashing,
    bytesPerSecond: running.reduce((sum, job) => sum + speedOf(job), 0),
    connections: running.reduce((sum, { counters }) => sum + counters.connections, 0),
    jobs: [...counts.values()],
  };
}
