// Status polls per second, spread over 1, 100 and 10 000 sessions.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cli, listen, median, method, processorTicks, row, rowOfRounds } from './processes.mjs';

const ROUNDS = 5;
const SECONDS = Number(process.env.BENCH_SECONDS ?? 4);
const COUNTS = [1, 100, 10_000];
/** Until the code is compiled, and the journals are as full as they get. */
const WARM_UP_SECONDS = 6;
const AT_ONCE = 50;
const DOWNLOAD = '/api/v1/models/download';

console.log(`\nStatus polls per second by number of sessions (${method}; median of ${ROUNDS}, interleaved)`);
const measured = new Map(COUNTS.map((count) => [count, { rates: [], efforts: [] }]));
for (let round = 0; round < ROUNDS; round++) {
  for (const [count, { rates, efforts }] of measured) {
    const { rate, effort } = await measure(count);
    rates.push(rate);
    efforts.push(effort);
  }
}

const [[, one], ...more] = measured;
row('1 session', `${Math.round(median(one.rates))}/s`);
for (const [count, { rates, efforts }] of more) {
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

/**
 * A server of its own each time: V8 collects what it learnt about code that was idle for some seconds, and goes on more
 * slowly, so that a server that waits for its turn is another one afterwards.
 */
async function measure(count) {
  const command = ['node', cli, '--port', '0', '--json', '--scenario', 'slow', '--log-level', 'silent'];
  const { url, pid, close } = await listen(command);
  const paths = [];
  for (let from = 0; from < count; from += AT_ONCE) {
    const sessions = Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, index) => `/s/load-${from + index}`);
    paths.push(...(await Promise.all(sessions.map((session) => begin(url, session)))));
  }
  const script = join(tmpdir(), `modeldock-sessions-${process.pid}.lua`);
  const list = paths.map((path) => JSON.stringify(path)).join(',\n');
  await writeFile(
    script,
    `local paths = {${list}}\nlocal at = 0\nrequest = function()\n  at = at % #paths + 1\n  return wrk.format("GET", paths[at])\nend\n`,
  );
  await poll(url, script, WARM_UP_SECONDS);
  const before = processorTicks(pid);
  const rate = await poll(url, script, SECONDS);
  const effort = (processorTicks(pid) - before) / rate;
  await close();
  return { rate, effort };
}

/** Starts a download in a session. @returns where its job is polled */
async function begin(url, session) {
  const answer = await fetch(url + session + DOWNLOAD, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ model: 'simulate/slow' }),
  });
  return `${session}${DOWNLOAD}/status/${(await answer.json()).job_id}`;
}

async function poll(url, script, seconds) {
  const child = spawn('taskset', ['-c', '1', 'wrk', '-t1', '-c50', `-d${seconds}s`, '-s', script, url]);
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  await once(child, 'exit');
  if (/Non-2xx/.test(output)) throw new Error(`Not every poll was answered with 200:\n${output}`);
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(output)[1]);
}
