// The api over node:http, nothing else in front of it: `node recorder.mjs with` or `without` a journal.
import { createServer } from 'node:http';
import { createApi } from '../../dist/api/api.js';
import { chain } from '../../dist/api/call.js';
import { createJournal } from '../../dist/control/journal.js';
import { createSessionClock } from '../../dist/control/session-clock.js';
import { createListener } from '../../dist/server/http-adapter.js';
import { createSimulator } from '../../dist/simulator/simulator.js';
import { createMemoryStore } from '../../dist/stores/memory.js';

const clock = createSessionClock();
const simulator = createSimulator({
  clock,
  makeStore: createMemoryStore,
  choice: { scenario: 'slow', rules: [] },
  jobIds: ['job_493c7c9ded'],
});
const api = createApi(simulator);
const journal = createJournal({ session: 'bench', clock, clockMode: clock.mode });
// As in a dock, where events are made of entries that somebody listens to.
journal.onEntry(() => undefined);
const answer = process.argv[2] === 'with' ? chain([journal.link], api.answer) : api.answer;
const server = createServer(
  createListener({ ...api, answer }, { ownership: 'origin', onError: (error) => console.error(error) }),
);
server.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ url: `http://127.0.0.1:${server.address().port}` }));
});
