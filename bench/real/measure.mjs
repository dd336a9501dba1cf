import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';

/**
 * The interval at which the largest process of a tree is determined; the kernel records the maximum of each process.
 */
const LOOK_MS = 25;

/*
 * Runs a shell command to its end.
 * @returns wall and processor seconds of all its processes together, and the memory of the largest, in bytes
 */
export async function measure(script, { env, cwd }) {
  // `times` prints the shell's own time, then that of all processes that it started and waited for.
  const whole = `( ${script} ) >output.txt 2>&1; code=$?; times >&3; exit $code`;
  const startedAt = performance.now();
  const child = spawn('bash', ['-c', whole], { env, cwd, stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  let times = '';
  child.stdio[3].setEncoding('utf8').on('data', (text) => (times += text));
  let peakBytes = 0;
  const watch = setInterval(() => (peakBytes = Math.max(peakBytes, largestOf(child.pid))), LOOK_MS);
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (status, signal) => resolve(status ?? signal));
  });
  const wallSeconds = (performance.now() - startedAt) / 1000;
  clearInterval(watch);
  await new Promise((resolve) => (child.stdio[3].closed ? resolve() : child.stdio[3].once('close', resolve)));
  if (code !== 0) {
    throw new Error(`It ended with ${code}: ${script}\n${readFileSync(`${cwd}/output.txt`, 'utf8').slice(-2000)}`);
  }
  return { wallSeconds, cpuSeconds: secondsIn(times.split('\n')[1]), peakBytes };
}

/** Returns the largest memory that any process below `pid` has had. */
function largestOf(pid) {
  return childrenOf(pid).reduce((most, child) => Math.max(most, peakOf(child), largestOf(child)), 0);
}

function childrenOf(pid) {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean),
    );
  } catch {
    return [];
  }
}

/** VmHWM of a process; 0 once it is gone. */
function peakOf(pid) {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** Parses `1m2.345s 0m0.010s`. */
function secondsIn(line) {
  return [...line.matchAll(/(\d+)m([\d.]+)s/g)].reduce((sum, [, minutes, seconds]) => sum + minutes * 60 + +seconds, 0);
}
