import { parseModelReference } from '../../contract/model-reference.js';
import type { Downloader } from '../../core/downloader.js';
import type { JobSnapshot } from '../../core/job.js';
import { modelBody } from '../contract/schemas.js';
import { limitBody, moveBody } from '../contract/download-schemas.js';
import type { DownloadsControl } from '../contract/downloads-control.js';
import { describeMetrics } from './describe-metrics.js';
import type { JobReport } from '../contract/dock-control.js';
import { checkInput } from '../base/check-input.js';
import { asControlError } from './as-control-error.js';

/** Operates an engine that really downloads. @param report a job as the operator of its session shows it */
export function createDownloadsControl(
  downloader: Downloader,
  report: (jobId: string) => Promise<JobReport>,
): DownloadsControl {
  return {
    start: async (model, quantization) => {
      const given = checkInput(modelBody, { model, quantization });
      return reportStarted(() =>
        downloader.get({
          model: parseModelReference(given.model),
          ...(given.quantization !== undefined && { quantization: given.quantization }),
        }),
      );
    },
    update: (key) => reportStarted(() => downloader.update(key)),
    remove: (key, { force = false } = {}) => obeyed(() => downloader.remove(key, { force })),
    move: async (jobId, position) => {
      const given = checkInput(moveBody, { position });
      return reportJob(() => downloader.jobs.move(jobId, given.position));
    },
    limit: async (jobId, bytesPerSecond) => {
      const given = checkInput(limitBody, { bytesPerSecond });
      return reportJob(() => downloader.jobs.limit(jobId, given.bytesPerSecond ?? undefined));
    },
    bandwidth: {
      read: async () => readBandwidth(),
      set: async (bandwidth) => {
        const given = checkInput(limitBody, bandwidth);
        downloader.setLimit(given.bytesPerSecond ?? undefined);
        return readBandwidth();
      },
    },
    metrics: async () => describeMetrics(downloader.metrics()),
  };

  function readBandwidth() {
    return { bytesPerSecond: downloader.limit() ?? null };
  }

  async function reportStarted(
    start: () => Promise<JobSnapshot | 'already_downloaded'>,
  ): Promise<JobReport | 'already_downloaded'> {
    const job = await obeyed(start);
    return job === 'already_downloaded' ? job : report(job.id);
  }

  async function reportJob(act: () => Promise<JobSnapshot>): Promise<JobReport> {
    return report((await obeyed(act)).id);
  }
}

async function obeyed<Value>(act: () => Promise<Value>): Promise<Value> {
  try {
    return await act();
  } catch (error) {
    throw asControlError(error);
  }
}
