import type { Settings } from './settings.js';
import type { Serving } from './serve.js';
import { bold, callsToTry, commandName, listening, row } from './welcome.js';
import { describeBytes } from '../core/byte-amounts.js';

export interface RealWelcome extends Pick<Settings, 'host' | 'requireToken' | 'bandwidth' | 'record'> {
  version: string;
  controlToken: string;
  /** Absolute paths. */
  modelsDirs: readonly string[];
  endpoint: string;
  offline: boolean;
  hasToken: boolean;
  jobsAtOnce: number;
}

/**
 * Formats the first output of a server that really downloads: where files go, where they come from, and how to start a
 * download.
 */
export function welcomeReal({ urls, url, port }: Serving, settings: RealWelcome): string {
  const { version, controlToken, modelsDirs, endpoint, offline, hasToken, jobsAtOnce, bandwidth } = settings;
  const base = urls.length > 1 ? `http://localhost:${port}` : url;
  const speed = bandwidth === undefined ? 'without a limit of bandwidth' : `${describeBytes(bandwidth)}/s at most`;
  return [
    '',
    `  ${bold(`modeldock ${version}`)}`,
    "  LM Studio's download API; the downloads are actual ones.",
    '',
    ...row('Listening', ...listening(urls, settings.host, port)),
    ...row('Models', ...modelsDirs),
    ...row('Hub', endpoint, offline ? 'HF_HUB_OFFLINE is set: no requests are made' : tokenLine(hasToken)),
    ...row('Limits', `${jobsAtOnce} ${jobsAtOnce === 1 ? 'download' : 'downloads'} at a time, ${speed}`),
    ...(settings.record === undefined ? [] : row('Recording', settings.record)),
    '',
    ...callsToTry(base, 'https://huggingface.co/lmstudio-community/Qwen3-0.6B-GGUF', settings.requireToken),
    '',
    ...row('Operate', `${base}/__modeldock/jobs`, `X-Modeldock-Token: ${controlToken}`),
    ...row('Flags', `${commandName()} --help`),
    ...row('Stop', 'Ctrl-C; downloads resume at the next start'),
    '',
    '',
  ].join('\n');
}

function tokenLine(hasToken: boolean): string {
  return hasToken ? 'with a token (from HF_TOKEN, or its file)' : 'without a token: gated models are refused';
}
