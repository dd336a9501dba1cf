/*
 * Measures how fast the hub serves `curl -o /dev/null`, over 1 and over 16 connections, beside nginx if that is
 * installed: `npm run build && node bench/hub.mjs`. Each is one process that serves the same number of bytes, in turns,
 * and the best of five rounds counts, because other work of the machine can only slow them down. nginx sends a file
 * from the page cache, with sendfile; the hub computes its bytes.
 */
import { Buffer } from 'node:buffer';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, openSync, closeSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHub } from '../dist/hub/index.js';

const FILE_BYTES = 1024 ** 3;
const ROUNDS = 5;
const CONNECTIONS = [1, 16];
const REQUIRED_MB_PER_SECOND = 800;

const installed = (command) => spawnSync(command, ['-v'], { stdio: 'ignore' }).error === undefined;

/** A child process with a hub, so that the measuring process does not share its processor. */
async function startHub() {
  const child = spawn(process.execPath, [new URL(import.meta.url).pathname, '--serve'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const endpoint = await new Promise((resolve) => child.stdout.once('data', (line) => resolve(String(line).trim())));
  return {
    url: `${endpoint}/modeldock/medium-chat-GGUF/resolve/main/medium-chat-Q4_K_M.gguf`,
    stop: () => child.kill(),
  };
}

async function startNginx() {
  const folder = mkdtempSync(join(tmpdir(), 'hub-bench-'));
  const port = await freePort();
  const file = openSync(join(folder, 'file'), 'w');
  const piece = Buffer.alloc(16 * 1024 ** 2, 7);
  for (let written = 0; written < FILE_BYTES; written += piece.length) writeSync(file, piece);
  closeSync(file);
  writeFileSync(
    join(folder, 'nginx.conf'),
    `daemon off; master_process off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log;
     events {} http { access_log off; sendfile on; client_body_temp_path ${folder}/b; proxy_temp_path ${folder}/p;
     fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
     server { listen 127.0.0.1:${port}; root ${folder}; } }`,
  );
  const child = spawn('nginx', ['-c', join(folder, 'nginx.conf'), '-p', folder], { stdio: 'ignore' });
  await answering(port);
  return {
    url: `http://127.0.0.1:${port}/file`,
    stop: () => {
      child.kill();
      rmSync(folder, { recursive: true });
    },
  };
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function answering(port) {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (
      await fetch(`http://127.0.0.1:${port}/`).then(
        () => true,
        () => false,
      )
    )
      return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`no server answers on port ${port}`);
}

/** Returns MB per second of wall time, for one whole file divided among the connections. */
async function measure(url, connections) {
  const share = FILE_BYTES / connections;
  const started = process.hrtime.bigint();
  const sizes = await Promise.all(
    Array.from({ length: connections }, (_, index) => {
      const range = `${index * share}-${(index + 1) * share - 1}`;
      return curl(url, connections === 1 ? [] : ['-r', range]);
    }),
  );
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  const received = sizes.reduce((sum, size) => sum + size, 0);
  if (received !== FILE_BYTES)
    throw new Error(`Cannot use the answer of ${url}: expected ${FILE_BYTES} bytes, found ${received}`);
  return FILE_BYTES / 1e6 / seconds;
}

function curl(url, flags) {
  return new Promise((resolve, reject) => {
    const child = spawn('curl', ['-sfL', '-o', '/dev/null', '-w', '%{size_download}', ...flags, url]);
    let size = '';
    child.stdout.on('data', (chunk) => (size += chunk));
    child.on('close', (code) => (code === 0 ? resolve(Number(size)) : reject(new Error(`curl ended with ${code}`))));
  });
}

async function compare() {
  const servers = { hub: await startHub(), ...(installed('nginx') && { nginx: await startNginx() }) };
  let fastEnough = true;
  try {
    for (const connections of CONNECTIONS) {
      const results = Object.fromEntries(Object.keys(servers).map((name) => [name, []]));
      for (let round = 0; round < ROUNDS; round++) {
        for (const [name, { url }] of Object.entries(servers)) results[name].push(await measure(url, connections));
      }
      const hub = Math.max(...results.hub);
      const beside = results.nginx && Math.max(...results.nginx);
      const comparison = beside
        ? `, nginx ${beside.toFixed(0)} MB/s, ratio ${(hub / beside).toFixed(2)}`
        : ', nginx is not installed';
      console.log(`${connections} connection${connections > 1 ? 's' : ''}: hub ${hub.toFixed(0)} MB/s${comparison}`);
      fastEnough &&= hub >= REQUIRED_MB_PER_SECOND;
    }
  } finally {
    for (const { stop } of Object.values(servers)) stop();
  }
  if (!fastEnough) {
    console.error(`The hub must reach ${REQUIRED_MB_PER_SECOND} MB/s.`);
    process.exitCode = 1;
  }
}

if (process.argv.includes('--serve')) {
  const { endpoint } = await createHub({ rateLimits: false });
  console.log(endpoint);
} else {
  await compare();
}
