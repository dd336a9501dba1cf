import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Which hub to call, and with which token. */
export interface HubSettings {
  /** The hub's URL, without a slash at the end. */
  readonly endpoint: string;
  /**
   * Reads the token each time, because it may change while jobs run; it is not stored. `undefined` if there is none.
   */
  token(): string | undefined;
  /** HF_HUB_OFFLINE: no request is made. */
  offline: boolean;
  /** The Hugging Face cache: `models--{owner}--{repo}` and so on. */
  cacheFolder: string;
  /** HF_HUB_DOWNLOAD_TIMEOUT in milliseconds: how long a connection may be silent. */
  readonly silenceMs?: number | undefined;
}

const MOST_TOKEN_BYTES = 4096;
const DEFAULT_ENDPOINT = 'https://huggingface.co';
/** The words that the Python client accepts as yes. */
const YES = ['1', 'ON', 'YES', 'TRUE'];

/** Reads the variables that all Hugging Face tools share. @throws Error naming an invalid one */
export function readHubSettings(environment: NodeJS.ProcessEnv): HubSettings {
  const silence = textIn(environment.HF_HUB_DOWNLOAD_TIMEOUT);
  return {
    ...readLocalSettings(environment),
    endpoint: readEndpoint(textIn(environment.HF_ENDPOINT) ?? DEFAULT_ENDPOINT),
    ...(silence !== undefined && { silenceMs: readSeconds('HF_HUB_DOWNLOAD_TIMEOUT', silence) * 1000 }),
  };
}

/**
 * Reads the settings of the network when they are first used: a command that makes no requests must not fail because of
 * them.
 */
export function hubSettingsOnDemand(environment: NodeJS.ProcessEnv): HubSettings {
  let all: HubSettings | undefined;
  const read = (): HubSettings => (all ??= readHubSettings(environment));
  return {
    ...readLocalSettings(environment),
    get endpoint() {
      return read().endpoint;
    },
    get silenceMs() {
      return read().silenceMs;
    },
  };
}

/** Reads the settings that have no invalid values. */
function readLocalSettings(environment: NodeJS.ProcessEnv): Omit<HubSettings, 'endpoint' | 'silenceMs'> {
  // An empty variable counts as not set.
  const set = (name: string): string | undefined => textIn(environment[name]);
  const home = environment.HOME ?? homedir();
  const folder = (path: string): string => path.replace(/^~(?=\/|\\|$)/, home);
  const hubHome = folder(set('HF_HOME') ?? join(folder(set('XDG_CACHE_HOME') ?? join(home, '.cache')), 'huggingface'));
  return {
    token: () => set('HF_TOKEN') ?? readToken(join(hubHome, 'token')),
    offline: YES.includes((set('HF_HUB_OFFLINE') ?? '').toUpperCase()),
    cacheFolder: folder(set('HF_HUB_CACHE') ?? join(hubHome, 'hub')),
  };
}

function readEndpoint(text: string): string {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) {
    throw new Error(
      `Cannot use HF_ENDPOINT: expected an http or https URL, found ${JSON.stringify(text)}. Correct it, or unset it for ${DEFAULT_ENDPOINT}.`,
    );
  }
  const { username, password, search, hash } = new URL(text);
  if (username !== '' || password !== '' || search !== '' || hash !== '') {
    throw new Error(
      'Cannot use HF_ENDPOINT: expected a URL without user, password, query and fragment, found one of these. Leave it out.',
    );
  }
  return text.replace(/\/+$/, '');
}

function readSeconds(name: string, text: string): number {
  const seconds = Number(text);
  if (Number.isFinite(seconds) && seconds > 0) return seconds;
  throw new Error(
    `Cannot use ${name}: expected a number of seconds above 0, found ${JSON.stringify(text)}. Correct it, or unset it.`,
  );
}

function readToken(path: string): string | undefined {
  try {
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const bytes = Buffer.alloc(MOST_TOKEN_BYTES);
      return fstatSync(descriptor).isFile()
        ? textIn(bytes.toString('utf8', 0, readSync(descriptor, bytes)))
        : undefined;
    } finally {
      closeSync(descriptor);
    }
  } catch {
    // Without a login there is no file, and an unreadable one is ignored.
    return undefined;
  }
}

function textIn(value: string | undefined): string | undefined {
  const text = value?.trim();
  return text === '' ? undefined : text;
}
