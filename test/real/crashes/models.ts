import type { HubFault } from '../../../src/hub/index.js';
import { matrixLimits } from '../fault-matrix/limits.js';
import { shapes } from '../fault-matrix/shapes.js';
import type { CrashModel, CrashOptions } from './crash-run.js';

/** One file, and shards with a projector. */
export const models: readonly CrashModel[] = shapes.map(({ owner, name, quantization, sizes }) => ({
  ...{ owner, repo: name, quantization, sizes },
}));

/** So slow that a download takes long enough to be killed in. */
const slowLine: HubFault = { effect: { type: 'slow-body', bytesPerSecond: 600_000, share: 'each' } };

/** A download of less than a second, with a checkpoint every tenth of it. */
export const smallRun: Pick<CrashOptions, 'line' | 'limits'> = {
  line: [slowLine],
  limits: { ...matrixLimits, startMs: 15_000, silenceMs: 5000, checkpointMs: 50 },
};
