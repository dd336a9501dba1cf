import type { Finding, Rule } from './finding.js';
import { cameAfter, groupBy, idsOf, type ReadCall } from './read-call.js';

/** Finds requests that ask to upgrade to HTTP/2. */
export const upgradesToHttp2: Rule = (calls) => {
  const asking = calls.filter(({ entry }) => /\bh2c\b/i.test(entry.request.headers.upgrade ?? ''));
  const posts = asking.filter(({ entry }) => entry.method === 'POST');
  const shown = posts.length > 0 ? posts : asking;
  const [first] = shown;
  if (!first) return [];
  return [
    {
      id: 'upgrade-to-h2c',
      title: `${first.entry.method} ${first.entry.path} came with Upgrade: h2c, as ${shown.length} call${shown.length === 1 ? '' : 's'} did`,
      entries: idsOf(shown),
      impact:
        'modeldock ignores the header; on a POST with it LM Studio never answers, and the client waits until it times out.',
      fix: 'Use HTTP/1.1. In Java: HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).',
      judged: posts.length > 0 ? true : { notJudged: 'LM Studio was seen to hang with POST only.' },
    },
  ];
};

/** The idle time after which LM Studio closes a connection, in ms. */
const KEEP_ALIVE_MS = 5000;
/** How close to that moment a request is at risk of being in flight when the connection closes. */
const RISK_MS = 250;
/** One gap of that length is chance, two are a timer. */
const GAPS_THAT_COUNT = 2;

/** Finds clients whose polls arrive just when LM Studio closes the idle connection. */
export const pollsAtKeepAliveLimit: Rule = (calls) => {
  const groups = groupBy(calls, ({ entry, statusOf }) =>
    statusOf !== undefined && !/close/i.test(entry.request.headers.connection ?? '')
      ? (entry.request.headers['user-agent'] ?? '')
      : undefined,
  );
  return [...groups].flatMap(([agent, polls]) => {
    const risky = polls.filter((poll, index) => index > 0 && isRisky(polls[index - 1]!, poll));
    return risky.length < GAPS_THAT_COUNT ? [] : [findingFor(agent, risky)];
  });
};

function isRisky(before: ReadCall, poll: ReadCall): boolean {
  const { wall, durationMs } = before.entry;
  if (durationMs === undefined || !cameAfter(poll, before)) return false;
  const idleMs = poll.entry.wall - wall - durationMs;
  return Math.abs(idleMs - KEEP_ALIVE_MS) <= RISK_MS;
}

function findingFor(agent: string, polls: readonly ReadCall[]): Finding {
  const who = agent === '' ? 'A client without a User-Agent' : agent;
  return {
    id: 'polling-at-keep-alive-limit',
    title: `${who} polled ${polls.length} times just when LM Studio closes an idle connection, 5 s after the last answer`,
    entries: idsOf(polls),
    impact: 'A poll that is sent while the connection closes fails with a reset (ECONNRESET), though nothing is wrong.',
    fix: 'Poll every 1 to 3 s, send Connection: close, or repeat a GET that failed with a reset.',
    judged: true,
  };
}
