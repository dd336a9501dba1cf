// What a server that many clients listen to costs: 2000 event streams are open while 400 downloads are started.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { cli, listenMeasured } from './processes.mjs';
import { judgedRow, row } from './report.mjs';

const LISTENERS = Number(process.env.BENCH_LISTENERS ?? 2000);
const STARTS = Number(process.env.BENCH_STARTS ?? 400);
const MB = 1_000_000;

console.log(`\n${LISTENERS} listeners to events, ${STARTS} starts (the listeners are in a process of their own)`);
const serving = await listenMeasured(cli, '--port', '0', '--json', '--frozen', '--log-level', 'silent');
const listeners = fork(fileURLToPath(new URL('listening.mjs', import.meta.url)), { execArgv: [] });
const ask = async (question) => {
  listeners.send(question);
  const [answer] = await once(listeners, 'message');
  if (answer.error !== undefined) throw new Error(answer.error);
  return answer;
};

await start('simulate/steady-run-before');
const idle = await serving.usage();
await ask({ type: 'open', url: serving.url, count: LISTENERS });
const open = await serving.usage();
// Begins to look before the first start: the last event of the slowest listener ends the measure.
const heard = ask({ type: 'hear', last: `steady-run-${STARTS - 1}` });
const began = performance.now();
for (let number = 0; number < STARTS; number++) await start(`simulate/steady-run-${number}`);
const answered = performance.now();
const { complete, closed } = await heard;
const allHeard = performance.now();
const after = await serving.usage();
await ask({ type: 'close' });
const left = await serving.usage();
listeners.disconnect();
await serving.close();

row('listeners that heard the last start; dropped as too slow', `${complete}; ${closed}`);
row('processor time of the server', `${((after.user - open.user + after.system - open.system) / 1e6).toFixed(2)} s`);
row('until the last start was answered', `${((answered - began) / 1000).toFixed(2)} s`);
judgedRow('until the last listener heard of it', (allHeard - began) / 1000, { atMost: 3, unit: ' s' });
row(
  'memory before, with listeners, after, when they have left',
  [idle, open, after, left].map(({ rss }) => (rss / MB).toFixed(0)).join(' '),
  'MB',
);
judgedRow('most memory above before', (after.mostRss - idle.rss) / MB, { atMost: 100, unit: ' MB', digits: 0 });

async function start(model) {
  const answer = await fetch(`${serving.url}/api/v1/models/download`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ model }),
  });
  if (answer.status !== 200) throw new Error(`A start was answered with ${answer.status}: ${await answer.text()}`);
  await answer.body?.cancel();
}
