import type { RemovedModel } from '../../core/downloader.js';
import type { JobReport, DockControl } from './dock-control.js';

/** The limit of all downloads together. */
export interface BandwidthLimit {
  /** `null` for none. */
  bytesPerSecond: number | null;
}

/** What can be asked of an engine that really downloads, beyond what can be asked of any. */
export interface DownloadsControl {
  /**
   * Starts a download, or gives the one that is under way. Other than clients, an operator may name a quantization of a
   * catalog model.
   * @param model a catalog id, or a link
   * @throws ControlError with the status and the code that a client would get
   */
  start(model: string, quantization?: string): Promise<JobReport | 'already_downloaded'>;
  /** The newest commit; only files that changed are fetched. @throws ControlError not_found, and as `start` */
  update(key: string): Promise<JobReport | 'already_downloaded'>;
  /**
   * Deletes a model's files: those that modeldock has put there, or with `force` all of that model.
   * @throws ControlError not_found, wrong_job_state, unrecorded_files, model_busy
   */
  remove(key: string, options?: { force?: boolean }): Promise<RemovedModel>;
  /** Puts a job that waits at a place in the queue, from 0. @throws ControlError not_found, wrong_job_state */
  move(jobId: string, position: number): Promise<JobReport>;
  /** Limits one job from now on; `null` lifts it. @throws ControlError not_found */
  limit(jobId: string, bytesPerSecond: number | null): Promise<JobReport>;
  readonly bandwidth: {
    read(): Promise<BandwidthLimit>;
    set(bandwidth: BandwidthLimit): Promise<BandwidthLimit>;
  };
  /** Counters and gauges as Prometheus reads them: the text exposition format, version 0.0.4. */
  metrics(): Promise<string>;
}

/** Operates a session in which downloads are actual ones. */
export interface RealDockControl extends DockControl {
  readonly downloads: DownloadsControl;
}
