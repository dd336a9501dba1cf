import type { DownloadDetails, Downloader } from '../../core/downloader.js';
import type { JobSnapshot } from '../../core/job.js';
import type { InstalledModel } from '../../core/model-library.js';
import type { EngineSettings } from '../engine-options.js';
import { describeBytes } from '../../core/byte-amounts.js';
import { percentOf } from './amounts.js';
import { cellsOf, padCells } from './cells.js';
import { exitCodes } from './exit-codes.js';
import { printable } from './printable.js';
import type { CliIo } from './cli-io.js';
import { withDownloader } from './with-downloader.js';

export interface ListSettings extends EngineSettings {
  json?: boolean;
}

type Unfinished = JobSnapshot & Partial<DownloadDetails>;

/** Runs `modeldock list`: installed models, and unfinished downloads. Returns the exit code. */
export async function runList(settings: ListSettings, io: CliIo): Promise<number> {
  const { out } = io;
  return withDownloader('reading', settings, io, async (downloader) => {
    const models = await downloader.library.installed();
    const jobs = await unfinishedOf(downloader);
    out(settings.json ? `${JSON.stringify({ models, jobs })}\n` : describe(models, jobs));
    return exitCodes.done;
  });
}

async function unfinishedOf({ jobs }: Downloader): Promise<Unfinished[]> {
  const unfinished: Unfinished[] = [];
  for await (const job of jobs.list()) {
    if (job.state === 'downloading' || job.state === 'paused') {
      unfinished.push({ ...job, ...(await jobs.details(job.id)) });
    }
  }
  return unfinished;
}

function describe(models: readonly InstalledModel[], jobs: readonly Unfinished[]): string {
  if (models.length === 0 && jobs.length === 0) return 'No models. modeldock get MODEL downloads one.\n';
  const installed = models.map(({ key, quantization, format, params, sizeBytes }) => [
    key,
    quantization?.name ?? '',
    format,
    params ?? '',
    describeBytes(sizeBytes),
  ]);
  const unfinished = jobs.map(({ model, state, downloadedBytes, totalBytes }) => [
    model,
    `${state} at ${percentOf(downloadedBytes, totalBytes)} % of ${describeBytes(totalBytes)}`,
  ]);
  return [
    ...table(installed),
    ...(unfinished.length === 0 ? [] : [...(installed.length === 0 ? [] : ['']), 'Unfinished:', ...table(unfinished)]),
    '',
  ].join('\n');
}

function table(cells: readonly (readonly string[])[]): string[] {
  const rows = cells.map((row) => row.map(printable));
  const widths = rows.reduce<number[]>(
    (widest, row) => row.map((cell, column) => Math.max(cellsOf(cell), widest[column] ?? 0)),
    [],
  );
  return rows.map((row) =>
    row
      .map((cell, column) => padCells(cell, widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}
