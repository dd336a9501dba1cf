import { parseModelReference } from '../../contract/model-reference.js';
import type { Downloader } from '../../core/downloader.js';
import type { JobSnapshot } from '../../core/job.js';
import { ControlError } from '../base/control-error.js';
import type { ControlOperations, JobReport } from '../contract/dock-control.js';
import type { BandwidthLimit, DownloadOperations } from '../contract/downloads-control.js';
import { asControlError } from './as-control-error.js';
import { describeMetrics } from './describe-metrics.js';

/** Controls an engine that really downloads. @param getJob reports on a job as its session does */
export function createLocalDownloads(
  downloader: Downloader,
  getJob: ControlOperations['jobs.get'],
): DownloadOperations {
  return {
    'downloads.start': async ({ input: { model, at, hold, ...quantization } }) => {
      if (at !== undefined || hold !== undefined) {
        throw new ControlError(
          501,
          'unsupported',
          "Cannot start a real download at a moment: it begins with its first byte. Only a simulation's can.",
        );
      }
      return reportStarted(() => downloader.get({ ...quantization, model: parseModelReference(model) }));
    },
    'downloads.update': ({ parameter: key }) => reportStarted(() => downloader.update(key)),
    'downloads.remove': ({ parameter: key, input: { force = false } }) =>
      translateErrors(() => downloader.remove(key, { force })),
    'downloads.move': ({ parameter: jobId, input: { position } }) =>
      reportChanged(() => downloader.jobs.move(jobId, position)),
    'downloads.limit': ({ parameter: jobId, input: { bytesPerSecond } }) =>
      reportChanged(() => downloader.jobs.limit(jobId, bytesPerSecond ?? undefined)),
    'downloads.bandwidth.get': async () => bandwidth(),
    'downloads.bandwidth.set': async ({ input: { bytesPerSecond } }) => {
      downloader.setLimit(bytesPerSecond ?? undefined);
      return bandwidth();
    },
    'downloads.metrics': async () => describeMetrics(downloader.metrics()),
  };

  function bandwidth(): BandwidthLimit {
    return { bytesPerSecond: downloader.limit() ?? null };
  }

  async function reportStarted(
    start: () => Promise<JobSnapshot | 'already_downloaded'>,
  ): Promise<JobReport | 'already_downloaded'> {
    const job = await translateErrors(start);
    return job === 'already_downloaded' ? job : report(job);
  }

  async function reportChanged(change: () => Promise<JobSnapshot>): Promise<JobReport> {
    return report(await translateErrors(change));
  }

  async function report({ id }: JobSnapshot): Promise<JobReport> {
    return getJob({ parameter: id, input: undefined });
  }
}

async function translateErrors<Value>(act: () => Promise<Value>): Promise<Value> {
  try {
    return await act();
  } catch (error) {
    throw asControlError(error);
  }
}
