import { setupServer } from 'msw/node';
import { afterAll, beforeAll } from 'vitest';
import { createHandlers } from '../../src/handlers/index.js';
import { createDock } from '../../src/index.js';
import { connect } from '../../src/testing/index.js';
import { describeControl } from './control.suite.js';
import { clientAt } from './doors.js';

const baseUrl = 'http://localhost:1234';
const server = setupServer();
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }));
afterAll(() => server.close());

describeControl({
  name: 'through MSW',
  cannotFork: 'a single dock has one address',
  open: async (beginning) => {
    const dock = createDock(beginning);
    server.resetHandlers(...createHandlers(dock.api));
    return {
      control: connect(baseUrl),
      client: clientAt(baseUrl, fetch),
      close: async () => {
        dock.close();
        server.resetHandlers();
      },
    };
  },
});
