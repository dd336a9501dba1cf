import type { IncomingHttpHeaders } from 'node:http';
import { DownloadError } from '../download-error.js';
import type { DownloaderLimits } from '../limits.js';
import type { RealClock } from '../real-clock.js';
import type { Agents } from './agents.js';
import { proxyRefusal } from './proxy-errors.js';
import { HubRefusal, HubRequestError } from './hub-errors.js';
import { problemIn, type Question } from './hub-problem.js';
import type { HubSettings } from './hub-settings.js';
import { askedPatience, type RateBucket, type RateGate } from './rate-gate.js';
import { decodeBody } from './decode-body.js';
import { followRedirect, isRedirect, mayCarryToken } from './redirect-policy.js';

/** A success, or a redirect that was not to be followed. */
export interface HubAnswer {
  status: number;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
  /** The URL that answered. */
  url: string;
  /** The redirect's target, checked by the redirect policy. */
  redirect?: string;
  /** When the request was sent, on the monotonic clock. */
  askedAt: number;
  /** Empty unless the body was requested. */
  body: string;
}

export interface HubAsking {
  question: Question;
  bucket: RateBucket;
  signal: AbortSignal;
  /** Whether to read the body. */
  body?: boolean;
  headers?: Record<string, string>;
  /** Whether a redirect is the answer, and not a step on the way to it. */
  isAnswer?: (headers: Readonly<Record<string, string>>) => boolean;
}

/** Sends single requests to the hub. */
export interface HubRequests {
  /** @throws HubRequestError, DownloadError (often HubRefusal), the signal's reason */
  get(url: string, asking: HubAsking): Promise<HubAnswer>;
  /** Returns the headers of a request to this URL: with the token, where that is allowed. */
  headersFor(url: string): Record<string, string>;
}

export interface HubRequestOptions {
  settings: HubSettings;
  agents: Pick<Agents, 'hub'>;
  clock: Pick<RealClock, 'monotonic'>;
  limits: Pick<DownloaderLimits, 'silenceMs'>;
  gate: RateGate;
}

const MOST_BODY_BYTES = 32 * 1024 * 1024;
/** An unneeded body is read up to this size; beyond it a new connection costs less. */
const MOST_DUMPED_BYTES = 64 * 1024;

export function createHubRequests({ settings, agents, clock, limits, gate }: HubRequestOptions): HubRequests {
  const { endpoint } = settings;
  const host = new URL(endpoint).host;

  function headersFor(url: string): Record<string, string> {
    if (!mayCarryToken(endpoint, url)) return {};
    const token = settings.token();
    if (token === undefined) return {};
    // The message must not contain the token.
    if (!/^[\x21-\x7e]+$/.test(token)) {
      throw new HubRefusal(
        'bad_token',
        'bad_token',
        'Cannot use the Hugging Face token: expected visible ASCII without spaces, found other characters. Copy it again.',
      );
    }
    return { authorization: `Bearer ${token}` };
  }

  async function send(url: string, { signal, headers, body: wanted }: HubAsking): Promise<Exchange> {
    const { origin, pathname, search } = new URL(url);
    const authorization = headersFor(url);
    const askedAt = clock.monotonic();
    try {
      const answer = await agents.hub.request({
        origin,
        path: pathname + search,
        method: 'GET',
        headers: { 'user-agent': 'modeldock', 'accept-encoding': 'identity', ...headers, ...authorization },
        signal,
        headersTimeout: limits.silenceMs,
        bodyTimeout: limits.silenceMs,
      });
      const success = answer.statusCode >= 200 && answer.statusCode < 300;
      const body =
        wanted === true && success
          ? await textOf(answer.body, answer.headers['content-encoding'])
          : await dumped(answer.body);
      const sentToken = 'authorization' in authorization;
      return { status: answer.statusCode, headers: flat(answer.headers), url, askedAt, body, sentToken };
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof DownloadError) throw error;
      throw proxyRefusal(error) ?? unreachable(new URL(url).host, error);
    }
  }

  return {
    headersFor,
    async get(url, asking) {
      const { question, bucket, signal, isAnswer } = asking;
      if (settings.offline) {
        throw new HubRefusal(
          'offline',
          'network_error',
          `Cannot call ${host}: HF_HUB_OFFLINE is set. Unset it to download.`,
        );
      }
      for (const visited = [url]; ;) {
        const here = visited.at(-1)!;
        signal.throwIfAborted();
        const waitMs = mayCarryToken(endpoint, here) ? gate.waitMs(bucket) : 0;
        if (waitMs > 0) throw stillClosed(host, waitMs);
        const { sentToken, ...answer } = await send(here, asking);
        if (answer.status === 429 && mayCarryToken(endpoint, here))
          gate.close(bucket, askedPatience(answer.headers) ?? 0);
        if (answer.status >= 200 && answer.status < 300) return answer;
        const { location } = answer.headers;
        if (!isRedirect(answer.status) || location === undefined) {
          throw problemIn({ ...answer, sentToken }, question);
        }
        const redirect = followRedirect(endpoint, visited, location);
        if (isAnswer?.(answer.headers) === true) return { ...answer, redirect };
        visited.push(redirect);
      }
    },
  };
}

interface Exchange extends HubAnswer {
  sentToken: boolean;
}

type Body = AsyncIterable<Uint8Array> & { dump(options: { limit: number }): Promise<void> };

async function textOf(body: Body, encoding: string | string[] | undefined): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MOST_BODY_BYTES) throw tooLong();
    chunks.push(chunk);
  }
  // Some proxies and mirrors compress although `identity` was requested.
  const encodings = [encoding ?? []].flat().join(',');
  const decoded = await decodeBody(Buffer.concat(chunks), encodings, MOST_BODY_BYTES).catch((error: unknown) => {
    throw undecodable(error);
  });
  if (decoded === 'too long') throw tooLong();
  return decoded.toString();
}

function undecodable(error: unknown): HubRefusal {
  return new HubRefusal(
    'hub_error',
    'hub_error',
    `Cannot decode the hub's answer: ${error instanceof Error ? error.message : String(error)}. Check HF_ENDPOINT, and proxies on the way.`,
  );
}

function tooLong(): HubRefusal {
  return new HubRefusal(
    'hub_error',
    'hub_error',
    `Cannot read the hub's answer: expected a list of files of at most ${MOST_BODY_BYTES} bytes, found more. Check HF_ENDPOINT.`,
  );
}

/** Discards a body. The headers are enough, so errors while reading the rest are ignored. */
async function dumped(body: Body): Promise<string> {
  await body.dump({ limit: MOST_DUMPED_BYTES }).catch(() => undefined);
  return '';
}

function flat(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );
}

function unreachable(host: string, cause: unknown): HubRequestError {
  const { code, message } = cause as { code?: string; message?: string };
  const certificate = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME/.test(code ?? '')
    ? ' If its certificate is signed by your own authority, set NODE_EXTRA_CA_CERTS to that.'
    : '';
  const reason = code !== undefined && !(message ?? '').includes(code) ? `${code}: ${message ?? ''}` : (message ?? '');
  return new HubRequestError('unreachable', `Cannot reach ${host} (${reason}).${certificate}`, { cause });
}

function stillClosed(host: string, retryAfterMs: number): HubRequestError {
  return new HubRequestError(
    'rate-limited',
    `Cannot get an answer: ${host} limits requests (429). Try again in ${Math.ceil(retryAfterMs / 1000)} s.`,
    { retryAfterMs },
  );
}
