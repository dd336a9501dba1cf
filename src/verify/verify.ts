import type { ProfileName } from '../contract/profiles.js';
import { UnansweredError, type Exchange, type Received } from './exchange.js';
import type { LifeOptions } from './life.js';
import type { RowResult } from './report.js';
import { probeRows } from './rows/index.js';
import type { ProbeCall, ServerFacts } from './row.js';
import { tryDownload, withoutDownload } from './try-download.js';
import { NO_ACCESS, notTried, tryProbe } from './try-probe.js';
import { untried } from './untried.js';

/** How a server is verified. */
export interface VerifyOptions {
  exchange: Exchange;
  /** By default `documented` for modeldock, and `lmstudio-0.4` for every other server. */
  profile?: ProfileName | undefined;
  /** Sent as the bearer token. */
  token?: string | undefined;
  /** Downloads a model; without it nothing is downloaded. */
  download?: LifeOptions | undefined;
  /** Ends it early: what was not tried until then is reported as not tried. */
  signal?: AbortSignal | undefined;
}

/** How a server fared. */
export interface Verified {
  profile: ProfileName;
  isModeldock: boolean;
  /** Whether the server asked for a token that was not given. */
  isTurnedAway: boolean;
  rows: RowResult[];
}

const LIST: ProbeCall = { method: 'GET', path: '/api/v1/models' };
/** Not one of LM Studio's: it answers this as any unknown route. */
const OWN_HEALTH: ProbeCall = { method: 'GET', path: '/__modeldock/health', authorization: 'none' };

/** The calls that are made before the rows are tried. */
export const firstCalls: readonly ProbeCall[] = [{ ...LIST, authorization: 'none' }, LIST, OWN_HEALTH];

/**
 * Tries every row of the contract with a server.
 * @throws UnansweredError where nothing listens
 */
export async function verify({ exchange, profile, token, download, signal }: VerifyOptions): Promise<Verified> {
  const call = rememberAnswers(exchange, token);
  const { facts, isModeldock } = await learnFacts(call, profile);
  const rows: RowResult[] = [];
  for (const row of probeRows) {
    rows.push(isOver() ? notTried(row, INTERRUPTED) : await tryProbe(row, facts, call, token));
  }
  const reason = isOver() ? INTERRUPTED : facts.hasAccess ? 'it takes a download (--download MODEL)' : NO_ACCESS;
  const isTried = download !== undefined && facts.hasAccess && !isOver();
  rows.push(
    ...(isTried
      ? await tryDownload({ exchange: withToken(exchange, token), profile: facts.profile, token, download })
      : withoutDownload(reason)),
  );
  rows.push(...untriedRows());
  return { profile: facts.profile, isModeldock, isTurnedAway: !facts.hasAccess, rows };

  function isOver(): boolean {
    return signal?.aborted === true;
  }
}

const INTERRUPTED = 'it was interrupted';

/** Rows that share a call share its answer. */
function rememberAnswers(exchange: Exchange, token: string | undefined): (call: ProbeCall) => Promise<Received> {
  const answers = new Map<string, Promise<Received>>();
  return (call) => {
    const { method, path, headers, body, authorization } = call;
    const key = JSON.stringify([
      method,
      path,
      headers,
      typeof body === 'string' ? body : [...(body ?? [])],
      authorization,
    ]);
    let answer = answers.get(key);
    if (!answer) answers.set(key, (answer = exchange(requestOf(call, token))));
    return answer;
  };
}

function requestOf({ method, path, headers = {}, body, authorization }: ProbeCall, token: string | undefined) {
  const credentials = authorization ?? (token === undefined ? 'none' : `Bearer ${token}`);
  return {
    method,
    path,
    headers: { ...headers, ...(credentials !== 'none' && { Authorization: credentials }) },
    ...(body !== undefined && { body }),
  };
}

function withToken(exchange: Exchange, token: string | undefined): Exchange {
  return ({ headers = {}, ...rest }) =>
    exchange({ ...rest, headers: { ...headers, ...(token !== undefined && { Authorization: `Bearer ${token}` }) } });
}

async function learnFacts(
  call: (call: ProbeCall) => Promise<Received>,
  profile: ProfileName | undefined,
): Promise<{ facts: ServerFacts; isModeldock: boolean }> {
  const [bare, list, health] = [
    await call({ ...LIST, authorization: 'none' }),
    await orNothing(call(LIST)),
    await orNothing(call(OWN_HEALTH)),
  ];
  const isModeldock = health?.body.includes('"engine"') === true || health?.body.includes('X-Modeldock-Token') === true;
  return {
    isModeldock,
    facts: {
      profile: profile ?? (isModeldock ? 'documented' : 'lmstudio-0.4'),
      asksForToken: bare.status === 401,
      hasAccess: list?.status !== 401,
      hasCors: list?.headers['access-control-allow-origin'] !== undefined,
    },
  };
}

async function orNothing(answer: Promise<Received>): Promise<Received | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof UnansweredError && !error.isUnreachable) return undefined;
    throw error;
  }
}

function untriedRows(): RowResult[] {
  return Object.entries(untried).map(([name, reason]) => ({
    id: name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
    source: 'inferred',
    settles: [name as keyof typeof untried],
    sentence: `The entry ${name} of inferred.ts.`,
    outcome: 'not-tried',
    reason,
  }));
}
