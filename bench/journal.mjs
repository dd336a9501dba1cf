// Measures the cost of the journal: the processor time of polls with and without it, a call of it alone, and the memory
// of its entries.
import { Journal } from '../dist/control/journal/journal.js';
import { SessionClock } from '../dist/control/base/session-clock.js';
import { measureInTurns, method } from './cost-per-poll.mjs';
import { listenMeasured, server } from './processes.mjs';
import { judgedRow, median, row, rowOfRounds } from './report.mjs';
import { startJob } from './start-job.mjs';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 15);

console.log(`\nThe journal (${method}; median of ${ROUNDS}, interleaved)`);
const servers = {};
for (const way of ['without', 'with']) {
  const serving = await listenMeasured(server('recorder'), way);
  servers[way] = { ...serving, paths: [await startJob(serving.url)] };
}
const costs = await measureInTurns(servers, { rounds: ROUNDS });
for (const { close } of Object.values(servers)) await close();

for (const way of Object.keys(servers)) {
  row(`a poll ${way} it`, `${median(costs[way].map(({ total }) => total)).toFixed(0)} µs`);
}
const percents = costs.with.map(({ total }, round) => 100 * (total / costs.without[round].total - 1));
judgedRow('it costs of a poll', median(percents), { atMost: 15, unit: ' %', digits: 1 });
rowOfRounds(percents, 0);

const job = { job_id: 'job_493c7c9ded', status: 'downloading', padding: 'x'.repeat(200) };
const body = JSON.stringify(job, null, 2);
const headers = { 'Content-Type': 'application/json; charset=utf-8' };
const answer = async () => ({ status: 200, headers, body });
const call = {
  method: 'GET',
  path: '/api/v1/models/download/status/job_493c7c9ded',
  query: new URL('http://localhost').searchParams,
  header: (name) => (name === 'user-agent' ? 'bench' : undefined),
  text: async () => '',
};
const clock = new SessionClock();
const open = () => new Journal({ session: 'bench', clock });
const alone = [];
const recorded = [];
for (let round = 0; round <= ROUNDS; round++) {
  const [bare, watched] = [await nsPerCall(answer), await nsPerCall(recordedBy(open(), answer))];
  if (round > 0) [alone.push(bare), recorded.push(watched)];
}
row('one call of it', `${Math.round(median(recorded) - median(alone))} ns`);

globalThis.gc?.();
const before = process.memoryUsage().heapUsed;
const journals = [];
let answers = 0;
for (let session = 0; session < 50; session++) {
  const journal = open();
  // Each body is a separate string, as an api creates them.
  const answerer = recordedBy(journal, async () => ({
    status: 200,
    headers,
    body: JSON.stringify({ ...job, answers: answers++ }, null, 2),
  }));
  for (let count = 0; count < 1000; count++) await answerer(call);
  journals.push(journal);
}
globalThis.gc?.();
const grown = process.memoryUsage().heapUsed - before;
const said = journals.reduce((sum, { bytes }) => sum + bytes, 0);
row('an entry of a poll takes', `${Math.round(grown / 50_000)} bytes`);
row('  as the journal counts them', `${Math.round(said / 50_000)} bytes`, 'at least what it takes');

function recordedBy(journal, answerer) {
  return (call) => journal.record(call, answerer);
}

/** Measured in processor time, so that other programs on the machine do not count. */
async function nsPerCall(answerer) {
  const calls = 100_000;
  const began = process.cpuUsage();
  for (let count = 0; count < calls; count++) await answerer(call);
  const { user, system } = process.cpuUsage(began);
  return ((user + system) * 1000) / calls;
}
