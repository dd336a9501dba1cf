import { describeDownloadApi } from '../suites/download-api.suite.js';
import { openWorld } from '../suites/world.js';
import { exchange } from './fetch-exchange.js';
import type { Transport } from '../suites/transport.js';

const baseUrl = 'http://localhost:1234';

const plainFunction: Transport = {
  name: 'the plain function',
  cannot: {
    'http headers': 'they belong to the HTTP adapter',
    'any method': "Fetch's Request refuses TRACE",
    'host header': 'other programs cannot call in process, so there is no host to check',
  },
  open: async (settings) => {
    const { api, dock, waiting } = openWorld(settings);
    return {
      baseUrl,
      ...exchange((request) => api.fetch(request), baseUrl, waiting),
      advance: (ms) => dock.clock.advance(ms),
      close: async () => undefined,
    };
  },
};

describeDownloadApi(plainFunction);
