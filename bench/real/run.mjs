/*
 * npm run bench:real: measures this engine beside the installed peers, in one run, in turns, to a file that is verified
 * and synced. Needs Linux and nginx. Flags: --mib 1024, --rounds 7, --settings unthrottled,tls, --clients
 * modeldock,curl, --disk FOLDER for the files that are written.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, rmSync, statSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { listen } from '../processes.mjs';
import { clients } from './clients.mjs';
import { idleBytes } from './idle.mjs';
import { measure } from './measure.mjs';
import { MODEL, MODEL_FILE } from './model.mjs';
import { startNginx } from './nginx.mjs';
import { LATE_MS, settings } from './settings.mjs';
import { judge } from './targets.mjs';
import { table } from './table.mjs';

const program = (name) => fileURLToPath(new URL(`${name}.mjs`, import.meta.url));
const { values: flags } = parseArgs({
  options: {
    mib: { type: 'string', default: '1024' },
    rounds: { type: 'string', default: '7' },
    settings: { type: 'string', default: Object.keys(settings).join(',') },
    clients: { type: 'string', default: Object.keys(clients).join(',') },
    disk: { type: 'string', default: tmpdir() },
  },
});

function chosen(what, all, names) {
  const unknown = names.split(',').filter((name) => !(name in all));
  if (unknown.length === 0) return names.split(',');
  console.error(`Cannot use the ${what} ${unknown.join(', ')}: expected one of ${Object.keys(all).join(', ')}.`);
  process.exit(2);
}

const size = Number(flags.mib) * 1024 ** 2;
const rounds = Number(flags.rounds);
const settingNames = chosen('setting', settings, flags.settings);
const asked = chosen('client', clients, flags.clients);
const present = asked.filter((name) => clients[name].isInstalled());
if (process.platform !== 'linux' || spawnSync('nginx', ['-v']).error !== undefined) {
  console.error('Cannot run this bench: it needs Linux, and nginx as the server of all clients.');
  process.exit(2);
}

const memory = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'bench-real-'));
const disk = mkdtempSync(join(flags.disk, 'bench-real-'));
const ends = [() => rmSync(memory, { recursive: true }), () => rmSync(disk, { recursive: true })];
const cleanUp = async () => {
  for (const end of ends.splice(0).reverse()) await end();
};
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void cleanUp().then(() => process.exit(1)));

try {
  process.exitCode = (await bench()) ? 0 : 1;
} finally {
  await cleanUp();
}

async function bench() {
  console.log(
    `Node ${process.version} on ${cpus().length} × ${cpus()[0].model}: ${flags.mib} MiB from memory by nginx, to ${flags.disk}; ` +
      `medians of ${rounds} rounds in turns, each to a file that is synced.`,
  );
  for (const name of asked)
    if (!present.includes(name)) console.log(`Not installed, and left out: ${clients[name].title}.`);
  const file = await makeFile();
  const sha256 = sha256Of(file);
  const tls = makeCertificate();
  const waitingRoom = await started(process.execPath, program('waiting-room'), String(LATE_MS));
  const nginx = await startNginx(
    disk,
    memory,
    Object.fromEntries(
      settingNames.map((name) => [
        name,
        { tls: settings[name].tls, directives: settings[name].directives({ waitingRoom: waitingRoom.url }) },
      ]),
    ),
    tls,
  );
  ends.push(nginx.close);
  const idle = present.includes('modeldock') ? await idleBytes(disk) : undefined;

  const results = {};
  for (const name of settingNames) {
    const { title, tls: isSecure } = settings[name];
    const secure = isSecure ? ['--key', tls.key, '--certificate', tls.certificate] : [];
    const hub = await started(
      process.execPath,
      program('hub-server'),
      '--file',
      file,
      '--cdn',
      nginx.urls[name],
      ...secure,
    );
    const certificate = isSecure ? tls.certificate : undefined;
    results[name] = await takeTurns({ endpoint: hub.url, certificate, sha256, serverCpu: nginx.cpuSeconds });
    await hub.close();
    console.log(`\n${title}\n${table(results[name], clients, size)}`);
  }
  return judge(results, { idle, size });
}

/** Runs every client once a round, each on an empty and quiet disk. */
async function takeTurns({ endpoint, certificate, sha256, serverCpu }) {
  const runs = Object.fromEntries(present.map((name) => [name, []]));
  const url = `${endpoint}/${MODEL}/resolve/main/${MODEL_FILE}`;
  for (let round = 0; round < rounds; round++) {
    for (const name of present) {
      const cwd = join(disk, 'turn');
      rmSync(cwd, { recursive: true, force: true });
      mkdirSync(cwd);
      spawnSync('sync');
      const before = serverCpu();
      const run = await measure(clients[name].script({ url, sha256, certificate }), {
        cwd,
        env: environment(endpoint, cwd, certificate),
      });
      runs[name].push({ ...run, serverCpuSeconds: serverCpu() - before });
      const result = largestFileIn(cwd);
      if (sha256Of(result) !== sha256)
        throw new Error(`Cannot use the result of ${clients[name].title}: its file differs from the served one.`);
    }
  }
  rmSync(join(disk, 'turn'), { recursive: true, force: true });
  return runs;
}

function environment(endpoint, home, certificate) {
  const own = Object.entries(process.env).filter(([name]) => !/^(https?|all)_proxy$/i.test(name));
  return {
    ...Object.fromEntries(own),
    HF_ENDPOINT: endpoint,
    HF_HOME: join(home, 'hf'),
    HF_HUB_DISABLE_XET: '1',
    HF_HUB_DISABLE_TELEMETRY: '1',
    HF_HUB_DISABLE_PROGRESS_BARS: '1',
    ...(certificate && { NODE_EXTRA_CA_CERTS: certificate, CURL_CA_BUNDLE: certificate, SSL_CERT_FILE: certificate }),
  };
}

/** Starts a program that prints its URL, and ends it with the bench. */
async function started(...command) {
  const server = await listen(command);
  let open = true;
  const close = async () => {
    if (open) await server.close();
    open = false;
  };
  ends.push(close);
  return { ...server, close };
}

/** Creates a model with a header and noise, in memory. */
async function makeFile() {
  const path = join(memory, MODEL, MODEL_FILE);
  mkdirSync(dirname(path), { recursive: true });
  const maker = await started(process.execPath, program('hub-server'), '--size', String(size));
  const file = openSync(path, 'w');
  const copied = spawnSync('curl', ['-sSfL', `${maker.url}/${MODEL}/resolve/main/${MODEL_FILE}`], {
    stdio: ['ignore', file, 'inherit'],
  });
  closeSync(file);
  await maker.close();
  if (copied.status !== 0 || statSync(path).size !== size) throw new Error(`Cannot write ${flags.mib} MiB to ${path}.`);
  return path;
}

function sha256Of(path) {
  const { stdout } = spawnSync('openssl', ['sha256', '-r', path], { encoding: 'utf8' });
  return stdout.slice(0, 64);
}

function makeCertificate() {
  const [key, certificate] = [join(disk, 'key.pem'), join(disk, 'certificate.pem')];
  const names = 'subjectAltName=IP:127.0.0.1,IP:127.0.0.2';
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const made = spawnSync(
    'openssl',
    [
      'req',
      '-x509',
      ...curve,
      '-keyout',
      key,
      '-out',
      certificate,
      '-days',
      '2',
      '-subj',
      '/CN=bench',
      '-addext',
      names,
    ],
    { encoding: 'utf8' },
  );
  if (made.status !== 0) throw new Error(`Cannot create a certificate with openssl: ${made.stderr}`);
  return { key, certificate };
}

function largestFileIn(folder) {
  const files = readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  return paths.sort((one, other) => statSync(other).size - statSync(one).size)[0];
}
