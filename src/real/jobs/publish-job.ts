import { join } from 'node:path';
import { unlessMissing } from '../../node/file-errors.js';
import { publish } from '../library/publish.js';
import { modelOf, type ModelRecord } from '../library/records.js';
import type { JobRecord } from './job-record.js';
import type { LiveJob } from './live-job.js';
import type { EngineContext } from './engine-context.js';

/** Publishes a job's verified files, and records the model. It may be called again after a crash. */
export async function publishJob(context: EngineContext, { record, folder, lock }: LiveJob): Promise<void> {
  const { files, digester, records, library, clock } = context;
  const recorded = await publish(record.publishing!, {
    files,
    digestOf: (file, options) => digester.digestOf(file, options),
    signal: lock.lost,
  });
  const model = describeModel(record, recorded, clock.now());
  await records.write(record.root, { ...model, key: await library.keyOf(record.root, model) });
  await dropParts(context, folder);
}

function describeModel(
  { plan, request }: JobRecord,
  files: ModelRecord['files'],
  recordedAt: number,
): Omit<ModelRecord, 'key'> {
  const { owner, repo, folder, commit, format, quantization } = plan;
  return {
    model: modelOf(plan),
    ...(request.model.source === 'catalog' && { catalogId: request.model.id }),
    ...{ owner, repo, commit, format, files, recordedAt },
    ...(folder !== undefined && { folder }),
    ...(quantization !== undefined && { quantization }),
  };
}

/** Deletes the staged files of a job; its record stays. */
export async function dropParts({ files }: Pick<EngineContext, 'files'>, folder: string): Promise<void> {
  for (const name of (await unlessMissing(files.readdir(folder))) ?? []) {
    if (STAGED.test(name)) await files.rm(join(folder, name), { recursive: true, force: true });
  }
}

const STAGED = /\.(part|journal|cached)$/;
