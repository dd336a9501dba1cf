import { styleText } from 'node:util';
import type { ClockMode } from '../control/base/session-clock.js';
import type { Serving } from './serve.js';
import type { Settings } from './settings.js';

export interface Welcome extends Pick<Settings, 'host' | 'requireToken' | 'controlToken'> {
  version: string;
  /** The scenario, clock and profile of the session "default". */
  playing: { scenario: string; clock: ClockMode; profile: string };
  /** The time at which a restored session continues. */
  replayed?: Date | undefined;
}

/** Formats the first output of a server: its address, a call to try, and where to look next. */
export function welcome({ urls, url, port }: Serving, settings: Welcome): string {
  const { version, playing, replayed } = settings;
  const base = urls.length > 1 ? `http://localhost:${port}` : url;
  return [
    '',
    `  ${bold(`modeldock ${version}`)}`,
    "  LM Studio's download API, simulated: no real downloads,",
    '  and no files in the models folder.',
    '',
    ...row('Listening', ...listening(urls, settings.host, port)),
    ...row('Playing', `scenario ${playing.scenario}, ${describeTime(playing.clock)}, profile ${playing.profile}`),
    ...(replayed ? row('Replaying', `a session restored at ${replayed.toISOString()}`) : []),
    '',
    ...callsToTry(base, 'ibm/granite-4-micro', settings.requireToken),
    '',
    ...row('Stories', 'as the model: simulate/fails-at-50,', 'simulate/stalls-at-99, simulate/pauses-at-30 …'),
    ...row('Operate', `${base}/__modeldock/health`),
    ...(settings.controlToken === undefined ? [] : row('', `X-Modeldock-Token: ${settings.controlToken}`)),
    ...row('Reference', `${base}/__modeldock/openapi.json`),
    ...row('Flags', `${commandName()} --help`),
    ...row('Stop', 'Ctrl-C'),
    '',
    '',
  ].join('\n');
}

/**
 * Returns the command that the user types for this program. In a checkout scripts/start.mjs sets it, as the command is
 * not installed there.
 */
export function commandName(): string {
  return process.env.MODELDOCK_COMMAND ?? 'modeldock';
}

function describeTime(clock: ClockMode): string {
  switch (clock.mode) {
    case 'running':
      return clock.speed === 1 ? 'real time' : `${clock.speed}× real time`;
    case 'frozen':
      return 'frozen';
    case 'polls':
      return `${clock.stepMs} ms per poll`;
  }
}

/** Formats calls to try. They begin at the margin, so that they can be copied whole; the rest fits a narrow window. */
export function callsToTry(base: string, model: string, requireToken: string | undefined): string[] {
  const authorization = requireToken === undefined ? [] : ['  -H "Authorization: Bearer $LM_API_TOKEN" \\'];
  return [
    ...row('Try'),
    `curl ${base}/api/v1/models/download \\`,
    ...authorization,
    '  -H "Content-Type: application/json" \\',
    `  -d '{"model": "${model}"}'`,
    '',
    ...row('Then', 'with the job_id of the answer'),
    `curl ${base}/api/v1/models/download/status/<job_id>${authorization.length > 0 ? ' \\' : ''}`,
    ...authorization.map((line) => line.replace(/ \\$/, '')),
  ];
}

export function listening(urls: readonly string[], host: string | undefined, port: number): string[] {
  if (host === '0.0.0.0' || host === '::') return [`${bold(`${host} port ${port}`)}, every address of this machine`];
  return urls.map(bold);
}

export function row(name: string, ...lines: string[]): string[] {
  const [first = '', ...more] = lines;
  const beginning = `  ${dim(name)}${' '.repeat(11 - name.length)}${first}`;
  return [beginning.trimEnd(), ...more.map((line) => ' '.repeat(13) + line)];
}

/** Makes a text bold where standard output supports it, or FORCE_COLOR says so. */
export function bold(text: string): string {
  return styleText('bold', text);
}

function dim(text: string): string {
  return text && styleText('dim', text);
}
