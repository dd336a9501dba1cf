// Status polls per second, spread over 1, 100 and 10 000 sessions.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cli, listen, median, method, processorTicks, row, rowOfRounds } from './processes.mjs';

const ROUNDS = 7;
const SECONDS = Number(process.env.BENCH_SECONDS ?? 3);
const COUNTS = [1, 100, 10_000];

console.log(`\nStatus polls per second by number of sessions (${method}; median of ${ROUNDS}, interleaved)`);
const servers = [];
for (const count of COUNTS) {
  const serving = await listen(['node', cli, '--port', '0', '--json', '--scenario', 'slow', '--log-level', 'silent']);
  const paths = [];
  for (let session = 0; session < count; session++) {
    const answer = await fetch(`${serving.url}/s/load-${session}/api/v1/models/download`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ model: 'simulate/slow' }),
    });
    paths.push(`/s/load-${session}/api/v1/models/download/status/${(await answer.json()).job_id}`);
  }
  const script = join(tmpdir(), `modeldock-sessions-${process.pid}-${count}.lua`);
  const list = paths.map((path) => JSON.stringify(path)).join(',\n');
  await writeFile(
    script,
    `local paths = {${list}}\nlocal at = 0\nrequest = function()\n  at = at % #paths + 1\n  return wrk.format("GET", paths[at])\nend\n`,
  );
  servers.push({ count, script, rates: [], efforts: [], ...serving });
}
// The first round warms them up.
for (let round = 0; round <= ROUNDS; round++) {
  for (const { pid, rates, efforts, script, url } of servers) {
    const before = processorTicks(pid);
    const rate = await poll(url, script);
    if (round === 0) continue;
    rates.push(rate);
    efforts.push((processorTicks(pid) - before) / rate);
  }
}
for (const { close } of servers) await close();

const [one, ...more] = servers;
row('1 session', `${Math.round(median(one.rates))}/s`);
for (const { count, rates, efforts } of more) {
  row(`${count} sessions`, `${Math.round(median(rates))}/s`);
  rowOfRounds(
    '  difference to one session',
    rates.map((rate, round) => 1 - rate / one.rates[round]),
    '< 15 %',
  );
  // Where neighbours share the machine, the processor time of a poll says more than polls per second.
  rowOfRounds(
    '  by processor time per poll',
    efforts.map((effort, round) => 1 - one.efforts[round] / effort),
    '< 15 %',
  );
}

async function poll(url, script) {
  const child = spawn('taskset', ['-c', '1', 'wrk', '-t1', '-c50', `-d${SECONDS}s`, '-s', script, url]);
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  await once(child, 'exit');
  if (/Non-2xx/.test(output)) throw new Error(`Not every poll was answered with 200:\n${output}`);
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(output)[1]);
}
