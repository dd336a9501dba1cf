import { prettyJson, type Answer, type Call } from '../../api/call.js';
import type { JobSnapshot } from '../../core/job.js';
import { RefusedError } from '../../core/errors.js';
import type { SessionRoutes } from '../control-api.js';
import { ControlError } from '../control-error.js';
import { modelBody, noQuery } from '../control-schemas.js';
import { limitBody, moveBody, removeQuery } from './schemas.js';
import type { DownloadsOperator, RealOperator } from './downloads.js';
import { describeJobs, METRICS_TYPE } from './metrics.js';
import type { JobReport, Operator } from '../operator.js';
import { readBody, readQuery } from '../read-input.js';

/**
 * The operator's routes that need an engine that really downloads; a session in which downloads are simulated answers
 * them with 501, except the metrics, which are then those of its jobs. They are apart from the others so that a page,
 * where nothing can be downloaded, need not load them.
 */
export const downloadRoutes: SessionRoutes = {
  ...withoutQuery({
    'POST /jobs': async (operator, _, call) => {
      const { model, quantization } = await readBody(modelBody, call);
      return started(() => downloadsOf(operator).start(model, quantization));
    },
    'POST /jobs/:job/move': async (operator, job, call) => {
      const { position } = await readBody(moveBody, call);
      return downloadsOf(operator).move(job, position);
    },
    'PUT /jobs/:job/limit': async (operator, job, call) => {
      const { bytesPerSecond } = await readBody(limitBody, call);
      return downloadsOf(operator).limit(job, bytesPerSecond);
    },
    'GET /bandwidth': (operator) => downloadsOf(operator).bandwidth.read(),
    'PUT /bandwidth': async (operator, _, call) => {
      const bandwidth = await readBody(limitBody, call);
      return downloadsOf(operator).bandwidth.set(bandwidth);
    },
    'POST /models/*key/update': (operator, key) => started(() => downloadsOf(operator).update(key)),
    'GET /metrics': async (operator) =>
      ({
        status: 200,
        headers: { 'Content-Type': METRICS_TYPE },
        body: isReal(operator)
          ? await operator.downloads.metrics()
          : describeJobs(countByState(await operator.jobs.list())),
      }) satisfies Answer,
  }),
  'DELETE /models/*key': async (operator, key, call) => {
    const { force } = readQuery(removeQuery, call);
    if (isReal(operator)) return operator.downloads.remove(key, { force: force === 'true' });
    return operator.models.remove(key);
  },
};

function withoutQuery(routes: SessionRoutes): SessionRoutes {
  return Object.fromEntries(
    Object.entries(routes).map(([route, handle]) => [
      route,
      async (operator: Operator, parameter: string, call: Call) => {
        readQuery(noQuery, call);
        return handle(operator, parameter, call);
      },
    ]),
  );
}

function isReal(operator: Operator): operator is RealOperator {
  return 'downloads' in operator;
}

/** @throws ControlError unsupported */
function downloadsOf(operator: Operator): DownloadsOperator {
  if (isReal(operator)) return operator.downloads;
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
