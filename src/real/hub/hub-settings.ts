import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Which hub, and as whom. */
export interface HubSettings {
  /** Without a slash at the end. */
  endpoint: string;
  /** Read anew each time: it may be changed while jobs run, and nothing keeps it. `undefined` when there is none. */
  token(): string | undefined;
  /** HF_HUB_OFFLINE: no request is made. */
  offline: boolean;
  /** The Hugging Face cache: `models--{owner}--{repo}` and so on. */
  cacheFolder: string;
  /** HF_HUB_DOWNLOAD_TIMEOUT in milliseconds: how long a connection may be silent. */
  silenceMs?: number;
}

const DEFAULT_ENDPOINT = 'https://huggingface.co';
/** What the Python client takes for yes. */
const YES = ['1', 'ON', 'YES', 'TRUE'];

/** Reads the variables that all Hugging Face tools share. @throws Error naming one that cannot be used */
export function readHubSettings(environment: NodeJS.ProcessEnv): HubSettings {
  // One that is set to nothing counts as one that is not set.
  const set = (name: string): string | undefined => textIn(environment[name]);
  const home = environment.HOME ?? homedir();
  const folder = (path: string): string => path.replace(/^~(?=\/|\\|$)/, home);
  const hubHome = folder(set('HF_HOME') ?? join(folder(set('XDG_CACHE_HOME') ?? join(home, '.cache')), 'huggingface'));
  const silence = set('HF_HUB_DOWNLOAD_TIMEOUT');
  return {
    endpoint: readEndpoint(set('HF_ENDPOINT') ?? DEFAULT_ENDPOINT),
    token: () => set('HF_TOKEN') ?? readToken(join(hubHome, 'token')),
    offline: YES.includes((set('HF_HUB_OFFLINE') ?? '').toUpperCase()),
    cacheFolder: folder(set('HF_HUB_CACHE') ?? join(hubHome, 'hub')),
    ...(silence !== undefined && { silenceMs: readSeconds('HF_HUB_DOWNLOAD_TIMEOUT', silence) * 1000 }),
  };
}

function readEndpoint(text: string): string {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) {
    throw new Error(
      `HF_ENDPOINT is ${JSON.stringify(text)}, which is no http or https URL: set it to one, or unset it for ${DEFAULT_ENDPOINT}.`,
    );
  }
  const { username, password, search, hash } = new URL(text);
  if (username !== '' || password !== '' || search !== '' || hash !== '') {
    throw new Error('HF_ENDPOINT holds more than a place: leave out user, password, query and fragment.');
  }
  return text.replace(/\/+$/, '');
}

function readSeconds(name: string, text: string): number {
  const seconds = Number(text);
  if (Number.isFinite(seconds) && seconds > 0) return seconds;
  throw new Error(`${name} is ${JSON.stringify(text)}: set it to a number of seconds above 0, or unset it.`);
}

function readToken(path: string): string | undefined {
  try {
    return textIn(readFileSync(path, 'utf8'));
  } catch {
    // Without the file nobody is logged in; one that cannot be read is of no more use.
    return undefined;
  }
}

function textIn(value: string | undefined): string | undefined {
  const text = value?.trim();
  return text === '' ? undefined : text;
}
