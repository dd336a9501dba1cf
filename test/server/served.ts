import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { plainEnvironment } from '../plain-environment.js';
import { cli, type Ready } from './command.js';

/** What a process holds. */
export interface Held {
  /** How many of each kind of handle. */
  resources: Record<string, number>;
  heapUsed: number;
  rss: number;
}

/** A server in a process of its own, which must not end. */
export interface Served extends Ready {
  port: number;
  held(): Promise<Held>;
  /** Fails unless the same process still serves a download from its start to its end, and nothing has surprised it. */
  stillServes(): Promise<void>;
  stop(): Promise<void>;
}

const probe = new URL('probe.mjs', import.meta.url).href;

export async function serveApart(args: readonly string[] = []): Promise<Served> {
  const child = fork(
    fileURLToPath(new URL(`file://${cli}`)),
    ['--port', '0', '--json', '--log-level', 'error', ...args],
    {
      env: plainEnvironment(),
      execArgv: ['--expose-gc', '--import', probe],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  );
  let errors = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const ended = once(child, 'exit');
  const [line] = (await Promise.race([once(child.stdout!, 'data'), ended])) as [unknown];
  if (!Buffer.isBuffer(line)) throw new Error(`The server ended before it listened:\n${errors}`);
  const ready = JSON.parse(line.toString()) as Ready;
  let walks = 0;

  return {
    ...ready,
    port: Number(new URL(ready.url).port),
    held: async () => {
      const answer = once(child, 'message');
      child.send('what do you hold?');
      return ((await answer) as [Held])[0];
    },
    stillServes: async () => {
      expect({ exitCode: child.exitCode, signal: child.signalCode, errors }).toEqual({
        exitCode: null,
        signal: null,
        errors: '',
      });
      await walk(`${ready.url}/s/walk-${++walks}`);
      expect(child.pid).toBe(ready.pid);
      expect({ exitCode: child.exitCode, errors }).toEqual({ exitCode: null, errors: '' });
    },
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      expect(child.exitCode ?? (await ended)[0]).toBe(0);
    },
  };
}

/** A download from its start to its end, in a session of its own, which is gone afterwards. */
async function walk(base: string): Promise<void> {
  const send = async (method: string, path: string, body?: unknown): Promise<Record<string, unknown>> => {
    const json = body !== undefined && { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
    const response = await fetch(base + path, { method, ...json });
    const text = await response.text();
    expect(response.ok, `${method} ${path}: ${text}`).toBe(true);
    return (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
  };
  await send('PUT', '/__modeldock/clock', { mode: 'frozen' });
  const started = await send('POST', '/api/v1/models/download', { model: 'ibm/granite-4-micro' });
  expect(started).toMatchObject({ status: 'downloading', downloaded_bytes: 0 });
  const status = `/api/v1/models/download/status/${String(started.job_id)}`;
  await send('POST', '/__modeldock/clock/advance', { until: { job: started.job_id, progress: 0.5 } });
  expect(await send('GET', status)).toMatchObject({ status: 'downloading', total_size_bytes: 2279145003 });
  await send('POST', '/__modeldock/clock/advance', { until: 'idle' });
  expect(await send('GET', status)).toMatchObject({ status: 'completed', downloaded_bytes: 2279145003 });
  expect(await send('GET', '/api/v1/models')).toMatchObject({ models: [{ key: 'ibm/granite-4-micro' }] });
  await send('DELETE', `/__modeldock/sessions/${base.slice(base.lastIndexOf('/') + 1)}`);
}

export interface Said {
  text: string;
  /** Whether the server closed the connection. */
  closed: boolean;
}

export interface SayOptions {
  /** Stops when this holds for what came back, or when the server closes. */
  until?: (text: string) => boolean;
  /** Gives up after so many ms: a guard against hanging. */
  patience?: number;
  /** Ends our half after the last byte. */
  half?: boolean;
}

/** Says something to a port, whatever it is, and listens for an answer. */
export async function say(
  port: number,
  what: string | Buffer | readonly (string | Buffer)[],
  { until = () => false, patience = 60_000, half = false }: SayOptions = {},
): Promise<Said> {
  const socket = await dial(port);
  let text = '';
  return new Promise((resolve) => {
    const stop = (closed: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ text, closed });
    };
    const timer = setTimeout(() => stop(false), patience);
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (until(text)) stop(false);
    });
    socket.once('end', () => stop(true)).once('close', () => stop(true));
    for (const part of [what].flat()) socket.write(part, 'latin1');
    if (half) socket.end();
  });
}

export async function dial(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  // The server may reset it.
  socket.on('error', () => undefined);
  return socket;
}

/** The statuses of what came back. */
export function statuses({ text }: Said): number[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
}
