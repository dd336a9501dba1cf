import { serve } from '../../src/server/index.js';
import { describeDownloadApi } from '../suites/download-api.suite.js';
import type { Transport } from '../suites/transport.js';
import { openWorld } from '../suites/world.js';
import { exchangeOverHttp } from './http-exchange.js';

const httpServer: Transport = {
  name: 'the HTTP server',
  cannot: {},
  open: async (settings) => {
    const { api, dock, waiting } = openWorld(settings);
    const serving = await serve({ api, port: 0, host: '127.0.0.1' });
    return {
      baseUrl: serving.url,
      ...exchangeOverHttp(serving.url, waiting),
      advance: (ms) => dock.clock.advance(ms),
      close: () => serving.close(),
    };
  },
};

describeDownloadApi(httpServer);
