import { fork, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

const beside = (path) => fileURLToPath(new URL(path, import.meta.url));

export const root = beside('..');
export const cli = beside('../dist/bin/modeldock.js');
export const server = (name) => beside(`servers/${name}.mjs`);

const canPin = availableParallelism() > 1 && spawnSync('which', ['taskset']).status === 0;
const pinned = (core, command) => (canPin ? ['taskset', '-c', String(core), ...command] : command);

/** Starts a command that prints `{"url": …}`, or `listening on URL`, when it listens. */
export async function listen(command, { ipc = false } = {}) {
  const [file, ...parameters] = pinned(0, command);
  const child = spawn(file, parameters, { cwd: root, stdio: ['ignore', 'pipe', 'inherit', ipc ? 'ipc' : 'ignore'] });
  const gone = once(child, 'exit').then(([code]) => {
    throw new Error(`Cannot continue: ${command.join(' ')} ended early with code ${code}.`);
  });
  gone.catch(() => undefined);
  const lines = createInterface({ input: child.stdout });
  let url;
  while (url === undefined) {
    const [line] = await Promise.race([once(lines, 'line'), gone]);
    url = line.startsWith('{') ? JSON.parse(line).url : /listening on (http\S+)/.exec(line)?.[1];
  }
  /**
   * Asks the process how much processor time it has used, in µs, and how much memory it has and had at most, in bytes; only
   * one that `listenMeasured` started answers.
   */
  const usage = async () => {
    child.send('usage');
    const [answer] = await Promise.race([once(child, 'message'), gone]);
    return answer;
  };
  return {
    url,
    pid: child.pid,
    processorTime: async () => {
      const { user, system } = await usage();
      return { user, system };
    },
    usage,
    close: async () => {
      child.kill();
      await gone.catch(() => undefined);
    },
  };
}

/** Starts a Node program as `listen` does, so that it can be asked for its processor time. */
export function listenMeasured(...parameters) {
  return listen(['node', '--import', new URL('processor-time.mjs', import.meta.url).href, ...parameters], {
    ipc: true,
  });
}

/** Starts the load generator. `send` resolves once each request of a load has been answered with 200. */
export function startLoad() {
  const child = fork(beside('load.mjs'), { execArgv: [] });
  const gone = once(child, 'exit').then(([code]) => {
    throw new Error(`The load generator ended with code ${code}.`);
  });
  gone.catch(() => undefined);
  return {
    send: async (load) => {
      child.send(load);
      const [{ error }] = await Promise.race([once(child, 'message'), gone]);
      if (error !== undefined) throw new Error(error);
    },
    close: async () => {
      child.disconnect();
      await gone.catch(() => undefined);
    },
  };
}
