import { ControlError } from '../base/control-error.js';
import type { ControlOperations } from '../contract/dock-control.js';
import { downloadRoutes, type DownloadOperations } from '../contract/downloads-control.js';
import { describeJobCounts } from '../session/describe-metrics.js';
import type { RouteGroup } from './router.js';

/**
 * The routes that need an engine that really downloads. A session in which downloads are simulated answers them with
 * 501, except the start of a download, the metrics, which are then those of its jobs, and the removal of a model.
 */
export const downloadGroup: RouteGroup = {
  routes: downloadRoutes,
  notOffered: [
    'POST /models/*key/update',
    'POST /jobs/:job/move',
    'PUT /jobs/:job/limit',
    'GET /bandwidth',
    'PUT /bandwidth',
  ],
  operations: (open) => {
    const session = open();
    return isReal(session) ? session : simulatedDownloads(session);
  },
};

function isReal(session: ControlOperations): session is ControlOperations & DownloadOperations {
  return 'downloads.start' in session;
}

function simulatedDownloads(session: ControlOperations): DownloadOperations {
  return {
    'downloads.start': session['jobs.start'],
    'downloads.update': needsRealEngine,
    'downloads.move': needsRealEngine,
    'downloads.limit': needsRealEngine,
    'downloads.bandwidth.get': needsRealEngine,
    'downloads.bandwidth.set': needsRealEngine,
    // A simulated model has no files to list, so the answer is 204.
    'downloads.remove': ({ parameter }) =>
      session['models.remove']({ parameter, input: undefined }) as unknown as Promise<never>,
    'downloads.metrics': async () => {
      const jobs = await session['jobs.list']({ parameter: '', input: undefined });
      const states = ['downloading', 'paused', 'completed', 'failed'] as const;
      return describeJobCounts(
        states.map((state) => ({ state, count: jobs.filter((job) => job.state === state).length })),
      );
    },
  };
}

async function needsRealEngine(): Promise<never> {
  throw new ControlError(
    501,
    'unsupported',
    'Cannot do this with the simulated engine: it has no queue, no limits and no files. Use modeldock --engine real.',
  );
}
