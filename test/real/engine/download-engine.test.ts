import type { DownloadRequest } from '../../../src/core/engine.js';
import { describeDownloadEngine } from '../../suites/download-engine.suite.js';
import { openRealWorld, pass } from './real-world.js';

const MB = 1_000_000;
const catalog = (id: string): DownloadRequest => ({ model: { source: 'catalog', id } });

describeDownloadEngine('the real engine', async () => {
  const world = await openRealWorld({
    repos: [
      { id: 'stage/slow-GGUF', files: [{ path: 'slow-Q4_K_M.gguf', size: MB }] },
      { id: 'stage/quick-GGUF', files: [{ path: 'quick-Q4_K_M.gguf', size: 100_000 }] },
      { id: 'stage/failing-GGUF', files: [{ path: 'failing-Q4_K_M.gguf', size: MB }] },
      {
        id: 'stage/two-GGUF',
        files: [
          { path: 'two-Q4_K_M.gguf', size: MB },
          { path: 'two-Q8_0.gguf', size: 2 * MB },
        ],
      },
    ],
    faults: [
      {
        when: { route: 'cdn', repo: 'stage/slow-GGUF' },
        effect: { type: 'slow-body', bytesPerSecond: 2 * MB, share: 'total' },
      },
      {
        id: 'broken',
        when: { route: 'cdn', repo: 'stage/failing-GGUF', covers: MB / 2 },
        effect: { type: 'server-error' },
      },
    ],
  });
  const engine = await world.open();
  return {
    engine,
    jobs: engine.jobs,
    models: {
      slow: world.repo('stage/slow-GGUF'),
      quick: world.repo('stage/quick-GGUF'),
      failing: world.repo('stage/failing-GGUF'),
      quantizations: [
        world.repo('stage/two-GGUF', 'Q4_K_M'),
        world.repo('stage/two-GGUF', 'Q8_0'),
        world.repo('stage/two-GGUF'),
      ],
      unknown: catalog('nobody/nothing'),
      noSuchQuantization: world.repo('stage/two-GGUF', 'Q9_K_XXL'),
      catalogWithQuantization: { ...catalog('qwen/qwen3-8b'), quantization: 'Q4_K_M' },
    },
    pass: () => pass(engine),
    heal: async () => {
      world.hub.faults.remove('broken');
    },
    close: () => world.close(),
  };
});
