import { proxyAuthError } from './proxy-errors.js';
import type { DownloadError } from '../download-error.js';
import { HubRefusal, HubRequestError } from './hub-errors.js';
import { askedPatience } from './rate-gate.js';

/** The subject of a request. */
export interface Question {
  /** The hub's URL, without a slash at the end. */
  endpoint: string;
  /** `owner/name`; absent for a search. */
  repo?: string;
  revision?: string;
  /** A file in the repo. */
  path?: string;
}

/** The parts of an answer that show why a request was refused. */
export interface Refusing {
  status: number;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
  sentToken: boolean;
}

const TOKEN_SOURCES = 'The token is read from HF_TOKEN or from the file that `hf auth login` writes';
const LONGEST_MESSAGE = 300;

/**
 * Interprets an answer without success. The hub distinguishes cases by X-Error-Code and X-Error-Message, not by 401 and
 * 403.
 */
export function problemIn(answer: Refusing, question: Question): DownloadError | HubRequestError {
  const { status, headers } = answer;
  const { endpoint, repo = 'models' } = question;
  const host = new URL(endpoint).host;
  const said = wordsIn(headers['x-error-message']);
  const trail = trailOf(headers);

  if (status === 407) return proxyAuthError();
  if (isPassing(status)) return passing(answer, host, said, trail);
  if (question.repo === undefined && status === 404) {
    return new HubRefusal(
      'model_not_found',
      'hub_error',
      `Cannot search for models: ${host} does not support it.${trail}`,
    );
  }
  const byCode = problemByCode(answer, question, host, trail);
  if (byCode !== undefined) return byCode;
  if (/\bis disabled\b/i.test(said)) {
    return new HubRefusal(
      'repo_disabled',
      'repo_disabled',
      `Cannot download ${repo}: the hub has disabled it; ${endpoint}/${repo} may say why. Choose another repo.${trail}`,
    );
  }
  if (isBadToken(answer, said)) {
    return new HubRefusal(
      'bad_token',
      'bad_token',
      `Cannot use the token: ${host} does not accept it. Create a new one at ${endpoint}/settings/tokens, or remove it to download public models. ${TOKEN_SOURCES}.${trail}`,
    );
  }
  if (repo !== 'models' && (status === 401 || status === 404)) return missing(answer, question, host, trail);
  return new HubRefusal(
    'hub_error',
    'hub_error',
    `Cannot read about ${repo}: ${host} answered ${status}${said && `: ${said}`}. Check HF_ENDPOINT, and proxies on the way.${trail}`,
  );
}

/** Whether a retry may succeed. */
function isPassing(status: number): boolean {
  return status === 429 || status >= 500 || status === 408;
}

/**
 * Whether the token is invalid. A missing or private repo is also a 401, about a user name or password, which says
 * nothing about the token.
 */
function isBadToken({ status, sentToken }: Refusing, said: string): boolean {
  return /invalid credentials/i.test(said) || (status === 401 && sentToken && !/username or password/i.test(said));
}

/** Interprets X-Error-Code; undefined if it is absent or unknown. */
function problemByCode(answer: Refusing, question: Question, host: string, trail: string): HubRefusal | undefined {
  const { endpoint, repo = 'models', revision = 'main', path = 'A file' } = question;
  const page = `${endpoint}/${repo}`;
  switch (answer.headers['x-error-code']) {
    case 'GatedRepo':
      return answer.sentToken
        ? new HubRefusal(
            'gated_not_on_list',
            'gated',
            `Cannot download ${repo}: it is gated, and the token's user has no access. Ask for access at ${page}, then try again.${trail}`,
          )
        : new HubRefusal(
            'gated_no_token',
            'token_missing',
            `Cannot download ${repo}: it is gated, and there is no token. Ask for access at ${page}, then try again with a token. ${TOKEN_SOURCES}.${trail}`,
          );
    case 'RepoNotFound':
      return missing(answer, question, host, trail);
    case 'RevisionNotFound':
      return new HubRefusal(
        'model_not_found',
        'revision_gone',
        `Cannot download ${repo}: it has no revision ${revision} (any more). Start the download again: unchanged files are kept.${trail}`,
      );
    case 'EntryNotFound':
      return new HubRefusal(
        'hub_error',
        'changed_upstream',
        `Cannot download ${path}: it is no longer in ${repo} at ${revision}. Start the download again.${trail}`,
      );
    default:
      return undefined;
  }
}

/**
 * Describes a missing or private repo; the hub's answers are the same for both, without a token or with one that has no
 * access.
 */
function missing({ sentToken }: Refusing, { repo }: Question, host: string, trail: string): HubRefusal {
  const advice = sentToken
    ? "check the spelling, and whether the token's user may read it"
    : `check the spelling; if it is private, a token is needed. ${TOKEN_SOURCES}`;
  return new HubRefusal(
    'missing_or_private',
    'missing_or_private',
    `Cannot find the repo ${repo}: ${host} has none of this name${sentToken ? ' for this user' : ''}; ${advice}.${trail}`,
  );
}

function passing({ status, headers }: Refusing, host: string, said: string, trail: string): HubRequestError {
  const retryAfterMs = askedPatience(headers);
  const when = retryAfterMs === undefined ? 'later' : `in ${Math.ceil(retryAfterMs / 1000)} s`;
  const facts = retryAfterMs === undefined ? {} : { retryAfterMs };
  return status === 429
    ? new HubRequestError(
        'rate-limited',
        `Cannot get an answer: ${host} limits requests (429). Try again ${when}.${trail}`,
        facts,
      )
    : new HubRequestError(
        'server',
        `Cannot get an answer: ${host} failed (${status}${said && `: ${said}`}). Try again ${when}.${trail}`,
        facts,
      );
}

function trailOf(headers: Readonly<Record<string, string>>): string {
  const id = wordsIn(headers['x-request-id']);
  return id === '' ? '' : ` (request ${id})`;
}

/**
 * Prepares words of the hub for one line of a terminal, without the full stop, which follows in the sentence around
 * them.
 */
function wordsIn(header = ''): string {
  const words = header
    .replace(/[^\x20-\x7e]/g, '?')
    .trim()
    .replace(/[.\s]+$/, '');
  return words.length > LONGEST_MESSAGE ? `${words.slice(0, LONGEST_MESSAGE)}…` : words;
}
