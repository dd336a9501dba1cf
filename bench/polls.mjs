// Measures the cost of a status poll of a running job: modeldock beside servers that send the same bytes.
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measureInTurns, method } from './cost-per-poll.mjs';
import { cli, listenMeasured, server } from './processes.mjs';
import { judgedRow, median, row, rowOfRounds } from './report.mjs';
import { startJob } from './start-job.mjs';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 15);

console.log(`\nA status poll (${method}; median of ${ROUNDS}, interleaved)`);

const ours = await listenMeasured(cli, '--port', '0', '--json', '--scenario', 'slow', '--log-level', 'silent');
const paths = [await startJob(ours.url)];
const sample = await fetch(ours.url + paths[0]);
const body = await sample.text();
const headers = Object.fromEntries(
  [...sample.headers].filter(([name]) => !['date', 'connection', 'keep-alive'].includes(name)),
);
const fixed = JSON.stringify({ headers, body });
const inExpress = await listenMeasured(server('express-middleware'));

const titles = {
  modeldock: 'modeldock',
  bare: 'bare node:http, the same bytes',
  express: 'Express 5, a fixed answer',
  inExpress: 'modeldock in Express 5',
  httpMiddleware: 'Express + http-middleware',
  prism: 'Prism mock',
};
const servers = {
  modeldock: { ...ours, paths },
  bare: { ...(await listenMeasured(server('bare'), fixed)), paths },
  express: { ...(await listenMeasured(server('express'), fixed)), paths },
  inExpress: { ...inExpress, paths: [await startJob(inExpress.url)] },
  httpMiddleware: { ...(await listenMeasured(server('http-middleware'), fixed)), paths },
  prism: { ...(await startPrism()), paths },
};
const costs = await measureInTurns(servers, { rounds: ROUNDS });
for (const { close } of Object.values(servers)) await close();

for (const [name, title] of Object.entries(titles)) {
  const [total, user, system] = ['total', 'user', 'system'].map((part) =>
    median(costs[name].map((cost) => cost[part])),
  );
  row(title, `${total.toFixed(0)} µs`, `user ${user.toFixed(0)}, system ${system.toFixed(0)}`);
}
compare('modeldock, times bare node:http', 'modeldock', 'bare', { atMost: 2 });
compare('Express 5 with a fixed answer, times modeldock', 'express', 'modeldock', { atLeast: 2.5 });
compare('Express + http-middleware, times modeldock', 'httpMiddleware', 'modeldock', { atLeast: 8 });
compare('Prism, times modeldock', 'prism', 'modeldock', { atLeast: 12 });

/** Judges the median of the rounds' ratios, because measurements of one round share the other work of the machine. */
function compare(what, one, other, target) {
  const ratios = costs[one].map(({ total }, round) => total / costs[other][round].total);
  judgedRow(what, median(ratios), target);
  rowOfRounds(ratios);
}

async function startPrism() {
  const document = join(tmpdir(), `modeldock-bench-${process.pid}.json`);
  process.once('exit', () => rmSync(document, { force: true }));
  writeFileSync(document, await (await fetch(`${ours.url}/__modeldock/openapi.json`)).text());
  const port = String(20_000 + (process.pid % 20_000));
  return listenMeasured('node_modules/@stoplight/prism-cli/dist/index.js', 'mock', '-p', port, document);
}
