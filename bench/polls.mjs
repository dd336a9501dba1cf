// Status polls per second: a live job through modeldock, against servers that send the same bytes.
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cli, listen, median, method, requestsPerSecond, row, server } from './processes.mjs';

const ROUNDS = 3;
const SECONDS = Number(process.env.BENCH_SECONDS ?? 4);
const STATUS = '/api/v1/models/download/status/';

console.log(`\nStatus polls per second (${method}; median of ${ROUNDS}, interleaved)`);

const ours = await listen(['node', cli, '--port', '0', '--json', '--scenario', 'slow', '--log-level', 'silent']);
const path = await startJob(ours.url);
const sample = await fetch(ours.url + path);
const body = await sample.text();
const headers = Object.fromEntries(
  [...sample.headers].filter(([name]) => !['date', 'connection', 'keep-alive'].includes(name)),
);
const fixed = JSON.stringify({ headers, body });

const inExpress = await listen(['node', server('express-middleware')]);
const prism = await startPrism();
const rivals = [
  { name: 'modeldock', ...ours, path },
  { name: 'bare node:http', ...(await listen(['node', server('bare'), fixed])), path },
  { name: 'modeldock in Express 5', ...inExpress, path: await startJob(inExpress.url) },
  { name: 'Express 5, a fixed answer', ...(await listen(['node', server('express'), fixed])), path },
  { name: 'Express 5 + http-middleware', ...(await listen(['node', server('http-middleware'), fixed])), path },
  { name: 'Prism mock', ...prism, path },
];

const rates = new Map(rivals.map(({ name }) => [name, []]));
for (const { url, path } of rivals) await requestsPerSecond(url + path, 1);
for (let round = 0; round < ROUNDS; round++) {
  for (const { name, url, path } of rivals) rates.get(name).push(await requestsPerSecond(url + path, SECONDS));
}
for (const { close } of rivals) await close();

const rate = (name) => median(rates.get(name));
for (const { name } of rivals) row(name, `${Math.round(rate(name))}/s`);
const ratio = (other) => (rate('modeldock') / rate(other)).toFixed(2);
row('against bare node:http', ratio('bare node:http'), '>= 0.55');
row('against Express 5 with a fixed answer', ratio('Express 5, a fixed answer'));
row('against Express 5 + http-middleware', ratio('Express 5 + http-middleware'), '>= 10');
row('against Prism', ratio('Prism mock'), '>= 20');

async function startJob(url) {
  const answer = await fetch(`${url}/api/v1/models/download`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ model: 'simulate/slow' }),
  });
  return STATUS + (await answer.json()).job_id;
}

/** Prism prints no JSON when it listens: it is asked until it answers. */
async function startPrism() {
  const document = join(tmpdir(), `modeldock-bench-${process.pid}.json`);
  await writeFile(document, await (await fetch(`${ours.url}/__modeldock/openapi.json`)).text());
  const port = 20_000 + (process.pid % 20_000);
  const wrapper = `
    const { spawn } = await import('node:child_process');
    const prism = spawn('node_modules/.bin/prism', ['mock', '-p', '${port}', ${JSON.stringify(document)}], { stdio: 'ignore' });
    process.on('exit', () => prism.kill('SIGKILL')).on('SIGTERM', () => process.exit());
    const url = 'http://127.0.0.1:${port}';
    for (;;) {
      const answer = await fetch(url + '/lmstudio-greeting').catch(() => undefined);
      if (answer) break;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    console.log(JSON.stringify({ url, prism: prism.pid }));
  `;
  return listen(['node', '--input-type=module', '-e', wrapper]);
}
