// What the journal costs: polls per second over HTTP with and without it, and a call of it alone.
import { Journal } from '../dist/control/journal/journal.js';
import { SessionClock } from '../dist/control/sessions/clock.js';
import { listen, median, method, processorTicks, requestsPerSecond, row, rowOfRounds, server } from './processes.mjs';

const ROUNDS = 5;
const SECONDS = Number(process.env.BENCH_SECONDS ?? 4);
const STATUS = '/api/v1/models/download/status/job_493c7c9ded';

console.log(`\nThe journal (${method}; median of ${ROUNDS}, interleaved)`);
const servers = [];
for (const way of ['without', 'with']) {
  const serving = await listen(['node', server('recorder'), way]);
  await fetch(`${serving.url}/api/v1/models/download`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ model: 'simulate/slow' }),
  });
  await requestsPerSecond(serving.url + STATUS, 1);
  servers.push({ ...serving, rates: [], efforts: [] });
}
for (let round = 0; round < ROUNDS; round++) {
  for (const { url, pid, rates, efforts } of servers) {
    const before = processorTicks(pid);
    const rate = await requestsPerSecond(url + STATUS, SECONDS);
    rates.push(rate);
    efforts.push((processorTicks(pid) - before) / rate);
  }
}
for (const { close } of servers) await close();

const [without, withJournal] = servers;
row('polls without it', `${Math.round(median(without.rates))}/s`);
row('polls with it', `${Math.round(median(withJournal.rates))}/s`);
const ofRounds = (costOf) => Array.from({ length: ROUNDS }, (_, round) => costOf(round));
rowOfRounds(
  'it costs, of throughput',
  ofRounds((round) => 1 - withJournal.rates[round] / without.rates[round]),
  '< 15 %',
);
// Where neighbours share the machine, the processor time of a poll says more than polls per second.
rowOfRounds(
  'it costs, by processor time per poll',
  ofRounds((round) => 1 - without.efforts[round] / withJournal.efforts[round]),
  '< 15 %',
);

const job = { job_id: 'job_493c7c9ded', status: 'downloading', padding: 'x'.repeat(200) };
const body = JSON.stringify(job, null, 2);
const headers = { 'Content-Type': 'application/json; charset=utf-8' };
const answer = async () => ({ status: 200, headers, body });
const call = {
  method: 'GET',
  path: STATUS,
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
  // Each body is a string of its own, as an api makes them.
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
row('  of which the journal says', `${Math.round(said / 50_000)} bytes`, '>= what it takes');

function recordedBy(journal, answerer) {
  return (call) => journal.record(call, answerer);
}

/** Of processor time, so that neighbours on the machine do not count. */
async function nsPerCall(answerer) {
  const calls = 100_000;
  const began = process.cpuUsage();
  for (let count = 0; count < calls; count++) await answerer(call);
  const { user, system } = process.cpuUsage(began);
  return ((user + system) * 1000) / calls;
}
