// The api over node:http, without other layers: `node recorder.mjs with` or `without` a journal.
import { createServer } from 'node:http';
import { answerCall } from '../../dist/api/api.js';
import { profiles } from '../../dist/contract/profiles.js';
import { Journal } from '../../dist/control/journal/journal.js';
import { SessionClock } from '../../dist/control/base/session-clock.js';
import { createListener } from '../../dist/server/http-adapter.js';
import { resolveChoice } from '../../dist/simulator/scenario-choice.js';
import { createSimulator } from '../../dist/simulator/simulator.js';
import { MemoryStore } from '../../dist/stores/memory.js';

const clock = new SessionClock();
const simulator = createSimulator({
  clock,
  makeStore: (jobs) => new MemoryStore(jobs),
  choice: resolveChoice({ scenario: 'slow', rules: [] }),
  jobIds: ['job_493c7c9ded'],
});
const context = { ...simulator, profile: profiles.documented, explainFailures: false };
// As in a dock whose events a client listens to.
const journal = new Journal({ session: 'bench', clock, listener: { answered: () => undefined } });
const ask = (call) => answerCall(call, context);
const answer = process.argv[2] === 'with' ? (call) => journal.record(call, ask) : ask;
const server = createServer(
  createListener({ owns: () => true, answer }, { ownership: 'origin', onError: (error) => console.error(error) }),
);
server.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ url: `http://127.0.0.1:${server.address().port}` }));
});
