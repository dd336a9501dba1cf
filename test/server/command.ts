import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { plainEnvironment } from '../plain-environment.js';
import { until } from '../until.js';

/** The command as it is published; `npm test` builds it. */
export const cli = fileURLToPath(new URL('../../dist/bin/modeldock.js', import.meta.url));

export interface Started {
  pid: number;
  /** What it has printed so far. */
  stdout(): string;
  stderr(): string;
  signal(name: NodeJS.Signals): void;
  /** Resolves when it has ended: its exit code, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals>;
  /** The first line on stdout, as JSON; rejects with what was printed if it ends before. */
  ready(): Promise<Ready>;
}

export interface Ready {
  url: string;
  engine: string;
  pid: number;
  controlToken?: string;
}

export interface StartOptions {
  env?: Record<string, string>;
  /** Arguments of Node itself. */
  execArgv?: readonly string[];
}

/** Starts `modeldock` with nothing on its standard input; it is killed when the test is over. */
export function start(args: readonly string[], { env = {}, execArgv = [] }: StartOptions = {}): Started {
  if (!existsSync(cli)) throw new Error(`There is no ${cli}: run npm run build.`);
  const child = spawn(process.execPath, [...execArgv, cli, ...args], {
    env: { ...withoutColours(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return watch(child);
}

/** Starts it on a free port with `--json`, and waits until it listens. */
export async function startListening(
  args: readonly string[] = [],
  options: StartOptions = {},
): Promise<Started & Ready> {
  const started = start(['--port', '0', '--json', ...args], options);
  return { ...started, ...(await started.ready()) };
}

/** Runs it to its end. */
export async function run(
  args: readonly string[],
  options: StartOptions = {},
): Promise<{ code: number | NodeJS.Signals; stdout: string; stderr: string }> {
  const started = start(args, options);
  const code = await started.ended;
  return { code, stdout: started.stdout(), stderr: started.stderr() };
}

function watch(child: ChildProcess): Started {
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]!.setEncoding('utf8').on('data', (text: string) => (output[name] += text));
  }
  let code: number | NodeJS.Signals | undefined;
  const ended = new Promise<number | NodeJS.Signals>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status, signal) => resolve((code = status ?? signal!)));
  });
  return {
    pid: child.pid!,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    signal: (name) => void child.kill(name),
    ended,
    ready: async () => {
      await until(() => output.stdout.includes('\n') || code !== undefined);
      if (code !== undefined) throw new Error(`Ended with ${code}:\n${output.stdout}${output.stderr}`);
      return JSON.parse(output.stdout) as Ready;
    },
  };
}

function withoutColours(): Record<string, string> {
  const { FORCE_COLOR: _, NO_COLOR: __, ...rest } = plainEnvironment();
  return rest;
}

/** What was logged: one object per line. */
export function logLines(stderr: string): { level: number; msg: string; path?: string }[] {
  return stderr
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { level: number; msg: string; path?: string });
}

export async function download(
  url: string,
  model: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${url}/api/v1/models/download`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify({ model }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** An operator's call. */
export async function operate(
  url: string,
  method: string,
  path: string,
  { body, headers = {} }: { body?: unknown; headers?: Record<string, string> } = {},
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${url}/__modeldock${path}`, {
    method,
    headers: { ...(body !== undefined && { 'Content-Type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
}
