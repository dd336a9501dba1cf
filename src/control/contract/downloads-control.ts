import type { ModelName } from '../../core/model-name.js';
import type { RemovedModel } from '../../core/downloader.js';
import { started, type DockControl, type JobReport } from './dock-control.js';
import { limitBody, moveBody, removeQuery } from './download-schemas.js';
import type { MethodName, Operations, ControlRoute } from './route.js';
import { startBody } from './schemas.js';

/** The limit of all downloads together. */
export interface BandwidthLimit {
  /** `null` for no limit. */
  bytesPerSecond: number | null;
}

/** Controls an engine that really downloads, beyond the controls of every engine. */
export interface DownloadsControl {
  /**
   * Starts a download, or returns the running one. Unlike a client, the caller may name a quantization of a catalog
   * model.
   * @param model a catalog id, or a link
   * @throws ControlError with the status and the code that a client would get
   */
  start(model: ModelName, quantization?: string): Promise<JobReport | 'already_downloaded'>;
  /** Downloads the newest commit; only changed files are fetched. @throws ControlError not_found, and as `start` */
  update(key: string): Promise<JobReport | 'already_downloaded'>;
  /**
   * Deletes a model's files: those that modeldock downloaded, or with `force` all files of that model.
   * @throws ControlError not_found, wrong_job_state, unrecorded_files, model_busy
   */
  remove(key: string, options?: { force?: boolean }): Promise<RemovedModel>;
  /** Moves a queued job to a place in the queue, from 0. @throws ControlError not_found, wrong_job_state */
  move(jobId: string, position: number): Promise<JobReport>;
  /** Limits one job from now on; `null` lifts the limit. @throws ControlError not_found */
  limit(jobId: string, bytesPerSecond: number | null): Promise<JobReport>;
  readonly bandwidth: {
    get(): Promise<BandwidthLimit>;
    set(bandwidth: BandwidthLimit): Promise<BandwidthLimit>;
  };
  /** Returns counters and gauges for Prometheus, in the text exposition format, version 0.0.4. */
  metrics(): Promise<string>;
}

/** Controls a session with real downloads. */
export interface RealDockControl extends DockControl {
  readonly downloads: DownloadsControl;
}

/**
 * The routes that need an engine that really downloads. They are in a table of their own so that a page need not load
 * them.
 */
export const downloadRoutes = {
  'downloads.start': {
    method: 'POST',
    path: '/jobs',
    // That of `jobs.start`, which it takes the place of over HTTP.
    body: startBody,
    fields: ['model', 'quantization'],
    ...started,
  },
  'downloads.update': { method: 'POST', path: '/models/*key/update', ...started },
  'downloads.remove': {
    method: 'DELETE',
    path: '/models/*key',
    query: removeQuery,
    toInput: (options?: { force?: boolean }) => options ?? {},
  },
  'downloads.move': { method: 'POST', path: '/jobs/:job/move', body: moveBody, fields: ['position'] },
  'downloads.limit': { method: 'PUT', path: '/jobs/:job/limit', body: limitBody, fields: ['bytesPerSecond'] },
  'downloads.bandwidth.get': { method: 'GET', path: '/bandwidth' },
  'downloads.bandwidth.set': { method: 'PUT', path: '/bandwidth', body: limitBody },
  'downloads.metrics': { method: 'GET', path: '/metrics', sends: 'text/plain; version=0.0.4; charset=utf-8' },
} as const satisfies Record<MethodName<Pick<RealDockControl, 'downloads'>>, ControlRoute>;

export type DownloadOperations = Operations<typeof downloadRoutes, Pick<RealDockControl, 'downloads'>>;
