import type { DownloadRequest } from '../../src/core/engine.js';
import { describeDownloadEngine } from '../suites/download-engine.suite.js';
import { openSimulator } from './stage.js';

const catalog = (id: string): DownloadRequest => ({ model: { source: 'catalog', id } });
const repo = (name: string, quantization?: string): DownloadRequest => {
  const [owner = '', id = ''] = name.split('/');
  const model = { source: 'huggingface', owner, repo: id, url: `https://huggingface.co/${name}` } as const;
  return { model, ...(quantization !== undefined && { quantization }) };
};

describeDownloadEngine('the simulator', async () => {
  const { engine, simulation, clock } = openSimulator();
  const known = 'stage/two-GGUF';
  return {
    engine,
    jobs: simulation.jobs,
    models: {
      slow: catalog('simulate/steady'),
      quick: catalog('simulate/instant'),
      failing: catalog('simulate/fails-at-50'),
      quantizations: [repo(known, 'Q4_K_M'), repo(known, 'Q8_0'), repo(known)],
      unknown: catalog('nobody/nothing'),
      noSuchQuantization: repo(known, 'Q9_K_XXL'),
      catalogWithQuantization: { ...catalog('simulate/steady'), quantization: 'Q4_K_M' },
    },
    pass: async () => {
      clock.advance(50);
    },
    heal: async () => undefined,
    close: async () => undefined,
  };
});
