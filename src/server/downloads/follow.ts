import { setTimeout as sleep } from 'node:timers/promises';
import type { Downloader } from '../../core/downloader.js';
import type { JobSnapshot } from '../../core/job.js';
import { describeBytes } from '../../core/byte-amounts.js';
import { exitCodeFor, exitCodes } from './exit-codes.js';
import { createProgressDisplay } from './show-progress.js';
import type { CliIo } from './cli-io.js';

/**
 * Shows a download until it ends or a signal interrupts, which pauses it. Returns the exit code.
 * @param again the command that resumes it
 */
export async function follow(
  downloader: Downloader,
  jobId: string,
  again: string,
  { screen, out, err, onSignal }: Pick<CliIo, 'screen' | 'out' | 'err' | 'onSignal'>,
): Promise<number> {
  const interrupted = new AbortController();
  // The listener stays until the process ends.
  onSignal((signal) => interrupted.abort(signal));
  const display = createProgressDisplay(screen, err);
  // The job is checked at intervals, and at once after each of its events.
  let wake = new AbortController();
  downloader.subscribe(({ job }) => {
    if (job === jobId) wake.abort();
  });
  for (;;) {
    wake = new AbortController();
    const job = await downloader.jobs.find(jobId);
    if (!job) {
      err(`modeldock: Cannot follow the job ${jobId}: another process has removed it.\n`);
      return exitCodes.failed;
    }
    display.show({ job, details: await downloader.jobs.details(jobId), now: performance.now() });
    if (job.state !== 'downloading') return ended(job);
    if (interrupted.signal.aborted) return pause(job);
    const signal = AbortSignal.any([interrupted.signal, wake.signal]);
    await sleep(display.everyMs, undefined, { signal }).catch(() => undefined);
  }

  function ended(job: Exclude<JobSnapshot, { state: 'downloading' }>): number {
    switch (job.state) {
      case 'completed':
        out(`Downloaded ${job.model}, ${describeBytes(job.totalBytes)}, verified.\n`);
        return exitCodes.done;
      case 'failed':
        err(`modeldock: ${job.reason} (${job.code})\n`);
        return exitCodeFor(job.code);
      case 'paused':
        err(
          `modeldock: Paused. ${job.reason === undefined ? 'Another process has paused it.' : `${job.reason} (${job.code})`} ` +
            `${again} resumes it.\n`,
        );
        return exitCodeFor(job.code);
    }
  }

  async function pause(job: JobSnapshot): Promise<number> {
    // The job may have ended in the meantime; then its end is reported.
    const paused = await downloader.jobs.pause(job.id).catch(() => downloader.jobs.find(job.id));
    if (paused && paused.state !== 'paused' && paused.state !== 'downloading') return ended(paused);
    err(`Paused; everything downloaded so far is kept. ${again} resumes it.\n`);
    return interrupted.signal.reason === 'SIGTERM' ? exitCodes.terminated : exitCodes.interrupted;
  }
}
