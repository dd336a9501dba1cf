// Measures the time from the start of the process to its first 200, and its memory when it is idle after that.
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { cli, listen, server } from './processes.mjs';
import { judgedRow, median, row } from './report.mjs';

const ROUNDS = 9;
const fixed = JSON.stringify({ headers: { 'Content-Type': 'application/json' }, body: '{}' });
const commands = {
  modeldock: ['node', cli, '--port', '0', '--json', '--log-level', 'silent'],
  bare: ['node', server('bare'), fixed],
};

const times = { modeldock: [], bare: [] };
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, command] of Object.entries(commands)) {
    const began = performance.now();
    const { url, close } = await listen(command);
    const answer = await fetch(`${url}/lmstudio-greeting`);
    await answer.text();
    times[name].push(performance.now() - began);
    await close();
  }
}
console.log(`\nStart to first 200 (median of ${ROUNDS}, interleaved)`);
row('modeldock', `${Math.round(median(times.modeldock))} ms`);
row('bare node:http', `${Math.round(median(times.bare))} ms`);
judgedRow('modeldock, times bare node:http', median(times.modeldock) / median(times.bare), { atMost: 1.6 });

console.log('\nIdle memory, resident');
const idle = {};
for (const [name, command] of Object.entries(commands)) {
  const { pid, close } = await listen(command);
  await sleep(3000);
  idle[name] = await residentMegabytes(pid);
  row(name === 'bare' ? 'bare node:http' : name, `${idle[name].toFixed(1)} MB`);
  await close();
}
judgedRow('difference', idle.modeldock - idle.bare, { atMost: 20, unit: ' MB', digits: 1 });

async function residentMegabytes(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)[1]) / 1024;
}
