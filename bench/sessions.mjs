// Measures the cost of a status poll in one session, and with polls spread over 100 and 10 000 sessions.
import { measureInTurns, method } from './cost-per-poll.mjs';
import { cli, listenMeasured } from './processes.mjs';
import { judgedRow, median, row, rowOfRounds } from './report.mjs';
import { startJob } from './start-job.mjs';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 15);
const COUNTS = [1, 100, 10_000];
const STARTS_AT_ONCE = 50;
/** Until all journals together have reached their limit. */
const WARM_UP_POLLS = 120_000;

console.log(`\nA status poll by number of sessions (${method}; median of ${ROUNDS}, interleaved)`);
const servers = {};
for (const count of COUNTS) servers[count] = await startSessions(count);
const costs = await measureInTurns(servers, { rounds: ROUNDS, warmUpPolls: WARM_UP_POLLS });
for (const { close } of Object.values(servers)) await close();

for (const count of COUNTS) {
  row(`${count} session${count > 1 ? 's' : ''}`, `${median(costs[count].map(({ total }) => total)).toFixed(0)} µs`);
}
for (const count of COUNTS.slice(1)) {
  const percents = costs[count].map(({ total }, round) => 100 * (total / costs[1][round].total - 1));
  judgedRow(`${count} sessions cost more than one`, median(percents), { atMost: 15, unit: ' %', digits: 1 });
  rowOfRounds(percents, 0);
}

async function startSessions(count) {
  const serving = await listenMeasured(cli, '--port', '0', '--json', '--scenario', 'slow', '--log-level', 'silent');
  const paths = [];
  while (paths.length < count) {
    const names = Array.from({ length: Math.min(STARTS_AT_ONCE, count - paths.length) }, (_, at) => paths.length + at);
    paths.push(...(await Promise.all(names.map((name) => startJob(serving.url, `/s/load-${name}`)))));
  }
  return { ...serving, paths };
}
