import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
export const cli = fileURLToPath(new URL('../dist/server/cli.js', import.meta.url));
export const server = (name) => fileURLToPath(new URL(`servers/${name}.mjs`, import.meta.url));

const isInstalled = (command) => spawnSync('which', [command]).status === 0;
const canPin = availableParallelism() > 1 && isInstalled('taskset');
const load = isInstalled('wrk') ? 'wrk' : 'autocannon';

/** How the figures of this run were taken. */
export const method = `${load}, 50 connections, ${canPin ? 'server and client on different cores' : 'cores shared'}`;

const pinned = (core, command) => (canPin ? ['taskset', '-c', String(core), ...command] : command);

/** Starts a command that prints `{"url": …}` when it listens. */
export async function listen(command, { core = 0 } = {}) {
  const [file, ...parameters] = pinned(core, command);
  const child = spawn(file, parameters, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const gone = once(child, 'exit').then(([code]) => {
    throw new Error(`${command.join(' ')} ended with code ${code} before it listened.`);
  });
  gone.catch(() => undefined);
  for (;;) {
    const [line] = await Promise.race([once(lines, 'line'), gone]);
    const { url } = line.startsWith('{') ? JSON.parse(line) : {};
    if (url === undefined) continue;
    return {
      url,
      pid: child.pid,
      close: async () => {
        // Not SIGKILL: a wrapper must be able to end what it started.
        child.kill();
        await gone.catch(() => undefined);
      },
    };
  }
}

/** Requests per second that a server answers, with 50 connections, from another core. */
export async function requestsPerSecond(url, seconds, { headers = {} } = {}) {
  const command =
    load === 'wrk'
      ? ['wrk', '-t1', '-c50', `-d${seconds}s`, ...flags('-H', headers), url]
      : ['npx', 'autocannon', '-c', '50', '-d', String(seconds), '-j', ...flags('-H', headers), url];
  const [file, ...parameters] = pinned(1, command);
  const child = spawn(file, parameters, { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] });
  let output = '';
  for await (const chunk of child.stdout) output += chunk;
  if (/Non-2xx/.test(output)) throw new Error(`${url} did not answer 200 throughout:\n${output}`);
  return load === 'wrk' ? Number(/Requests\/sec:\s+([\d.]+)/.exec(output)[1]) : JSON.parse(output).requests.average;
}

const flags = (flag, headers) => Object.entries(headers).flatMap(([name, value]) => [flag, `${name}: ${value}`]);

export function median(numbers) {
  const sorted = [...numbers].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)];
}

/** User and system time of a process so far, in ticks; NaN where it is not told. */
export function processorTicks(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return Number(fields[11]) + Number(fields[12]);
  } catch {
    return NaN;
  }
}

/** Prints the median of what each round says, and each: neighbours in time share what else the machine was doing. */
export function rowOfRounds(what, costs, target) {
  const known = costs.filter(Number.isFinite);
  if (known.length === 0) return;
  row(what, `${(median(known) * 100).toFixed(1)} %`, target);
  row('  in each round', known.map((cost) => (cost * 100).toFixed(1)).join(' '));
}

/** Prints a row of the report, with what design asks for. */
export function row(what, figure, target = '') {
  console.log(`  ${what.padEnd(58)} ${String(figure).padStart(16)}   ${target}`);
}
