import { resolveChoice } from '../../src/simulator/scenario-choice.js';
import type { ModelReference } from '../../src/core/engine.js';
import { VirtualClock, type JobSnapshot, type ScenarioStep, type Scenario } from '../../src/index.js';
import type { JobStore } from '../../src/core/store.js';
import type { SimulatedJob } from '../../src/simulator/job.js';
import { createSimulator, type Simulator, type SimulatorOptions } from '../../src/simulator/simulator.js';
import { MemoryStore } from '../../src/stores/memory.js';

/** When the curtain rises, in milliseconds since the epoch. */
export const RISE = 1_000_000_000_000;

/** A simulator, and the clock and the store that it was given. */
export interface OpenSimulator extends Simulator {
  clock: VirtualClock;
  store: JobStore<SimulatedJob>;
}

/** Opens a simulator on a clock that stands still. Every test of this folder that needs one gets it here. */
export function openSimulator({
  store = new MemoryStore<SimulatedJob>(),
  ...options
}: Partial<Omit<SimulatorOptions, 'clock' | 'makeStore'>> & { store?: JobStore<SimulatedJob> } = {}): OpenSimulator {
  const clock = new VirtualClock(undefined, { start: RISE, speed: 0 });
  return { clock, store, ...createSimulator({ clock, makeStore: () => store, ...options }) };
}

/** One model of a chosen size, and a clock that stands still until it is moved. */
export interface Stage extends OpenSimulator {
  /** Starts a download of the one model, or asks for it again. */
  start: () => Promise<JobSnapshot | 'already_downloaded'>;
  /** The job as it stands `ms` after the curtain rose; the newest one where no id is given. */
  at: (ms: number, jobId?: string) => Promise<JobSnapshot>;
}

const model: ModelReference = { source: 'catalog', id: 'stage/model' };

/** @param scenario what the one model plays */
export function setStage(scenario: readonly ScenarioStep[] | Scenario, { size = 1000, seed = 'stage' } = {}): Stage {
  const simulator = openSimulator({
    seed,
    choice: resolveChoice({ scenario: 'steps' in scenario ? scenario : { steps: [...scenario] }, rules: [] }),
    catalog: [
      {
        id: 'stage/model',
        displayName: 'Stage',
        type: 'llm',
        architecture: 'llama',
        maxContextLength: 4096,
        files: [{ repo: 'stage/model-GGUF', format: 'gguf', quantization: 'Q4_K_M', sizeBytes: size }],
      },
    ],
  });
  let newest = '';
  return {
    ...simulator,
    start: async () => {
      const job = await simulator.engine.start({ model });
      if (job !== 'already_downloaded') newest = job.id;
      return job;
    },
    at: async (ms, jobId = newest) => {
      simulator.clock.set(RISE + ms);
      return (await simulator.engine.status(jobId))!;
    },
  };
}

/** A moment of a job in a few words: `500 at 100/s`, `500 paused`, `1000 completed at 10000`. */
export function inWords(job: JobSnapshot): string {
  switch (job.state) {
    case 'downloading':
      return `${job.downloadedBytes} at ${job.bytesPerSecond}/s`;
    case 'paused':
      return `${job.downloadedBytes} paused${job.code === undefined ? '' : ` (${job.code})`}`;
    case 'completed':
      return `${job.downloadedBytes} completed at ${job.completedAt - RISE}`;
    case 'failed':
      return `${job.downloadedBytes} failed (${job.code}) at ${job.failedAt - RISE}`;
  }
}
