import { prettyJson, type Answer, type Call } from '../../api/call.js';
import type { JobSnapshot } from '../../core/job.js';
import { RefusedError } from '../../core/errors.js';
import type { SessionRoutes } from './router.js';
import { ControlError } from '../base/control-error.js';
import { modelBody, noQuery } from '../contract/schemas.js';
import { limitBody, moveBody, removeQuery } from '../contract/download-schemas.js';
import type { DownloadsControl, RealDockControl } from '../contract/downloads-control.js';
import { describeJobs, METRICS_TYPE } from '../session/describe-metrics.js';
import type { JobReport, DockControl } from '../contract/dock-control.js';
import { readJsonBody, readQuery } from './read-input.js';

/**
 * The operator's routes that need an engine that really downloads; a session in which downloads are simulated answers
 * them with 501, except the metrics, which are then those of its jobs. They are apart from the others so that a page,
 * where nothing can be downloaded, need not load them.
 */
export const downloadRoutes: SessionRoutes = {
  ...withoutQuery({
    'POST /jobs': async (control, _, call) => {
      const { model, quantization } = await readJsonBody(modelBody, call);
      return started(() => downloadsOf(control).start(model, quantization));
    },
    'POST /jobs/:job/move': async (control, job, call) => {
      const { position } = await readJsonBody(moveBody, call);
      return downloadsOf(control).move(job, position);
    },
    'PUT /jobs/:job/limit': async (control, job, call) => {
      const { bytesPerSecond } = await readJsonBody(limitBody, call);
      return downloadsOf(control).limit(job, bytesPerSecond);
    },
    'GET /bandwidth': (control) => downloadsOf(control).bandwidth.read(),
    'PUT /bandwidth': async (control, _, call) => {
      const bandwidth = await readJsonBody(limitBody, call);
      return downloadsOf(control).bandwidth.set(bandwidth);
    },
    'POST /models/*key/update': (control, key) => started(() => downloadsOf(control).update(key)),
    'GET /metrics': async (control) =>
      ({
        status: 200,
        headers: { 'Content-Type': METRICS_TYPE },
        body: isReal(control)
          ? await control.downloads.metrics()
          : describeJobs(countByState(await control.jobs.list())),
      }) satisfies Answer,
  }),
  'DELETE /models/*key': async (control, key, call) => {
    const { force } = readQuery(removeQuery, call);
    if (isReal(control)) return control.downloads.remove(key, { force: force === 'true' });
    return control.models.remove(key);
  },
};

function withoutQuery(routes: SessionRoutes): SessionRoutes {
  return Object.fromEntries(
    Object.entries(routes).map(([route, handle]) => [
      route,
      async (control: DockControl, parameter: string, call: Call) => {
        readQuery(noQuery, call);
        return handle(control, parameter, call);
      },
    ]),
  );
}

function isReal(control: DockControl): control is RealDockControl {
  return 'downloads' in control;
}

/** @throws ControlError unsupported */
function downloadsOf(control: DockControl): DownloadsControl {
  if (isReal(control)) return control.downloads;
  throw new ControlError(
    501,
    'unsupported',
    'Cannot do that with the simulated engine: it has no queue, no limits and no files. modeldock --engine real has.',
  );
}

/** A job as it is, or `{"state": "already_downloaded"}`. Who is to come back later is told when. */
async function started(start: () => Promise<JobReport | 'already_downloaded'>): Promise<unknown> {
  try {
    const job = await start();
    return job === 'already_downloaded' ? { state: job } : job;
  } catch (error) {
    const refusal = error instanceof ControlError ? error.cause : undefined;
    if (!(error instanceof ControlError) || !(refusal instanceof RefusedError)) throw error;
    if (refusal.retryAfterMs === undefined) throw error;
    const { status, code, message } = error;
    return prettyJson(
      status,
      { error: { code, message } },
      { 'Retry-After': String(Math.ceil(refusal.retryAfterMs / 1000)) },
    );
  }
}

function countByState(jobs: readonly JobSnapshot[]): { state: JobSnapshot['state']; count: number }[] {
  const states = ['downloading', 'paused', 'completed', 'failed'] as const;
  return states.map((state) => ({ state, count: jobs.filter((job) => job.state === state).length }));
}
