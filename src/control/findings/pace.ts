import { plainPath } from '../../api/routes.js';
import type { Finding, Rule } from './finding.js';
import { cameAfter, groupBy, idsOf, isPlaceholder, type ReadCall } from './read-call.js';

/*
 * Rules about how often a client polls. They are judged in wall time, because the client's timers run in it: on a clock
 * that stands still or runs fast, a test may poll at any rate. There, findings are reported as not judged.
 */

/** Six polls in a row within this time are more than five a second, with a tenth of tolerance for late timers. */
const POLLS_IN_A_ROW = 6;
const TOO_SHORT_MS = 900;
/** Timers may fire a little early, and wall time is in whole milliseconds. */
const RETRY_SLACK_MS = 25;

/** Finds jobs that are polled more often than five times a second. */
export const tooFastPolls: Rule = (calls) => {
  const groups = groupBy(calls, ({ statusOf, asksFor }) => {
    if (statusOf !== undefined) return isPlaceholder(statusOf) ? undefined : `Job ${statusOf} was polled`;
    return asksFor && `${asksFor.model}${asksFor.quantization ? ` (${asksFor.quantization})` : ''} was asked for`;
  });
  return [...groups].flatMap(([what, polls]) => judgedFirst(fastRuns(polls)).map((run) => findingFor(what, run)));
};

function findingFor(what: string, runs: readonly (readonly ReadCall[])[]): Finding {
  const longest = runs.reduce((one, other) => (other.length > one.length ? other : one));
  const span = longest.at(-1)!.entry.wall - longest[0]!.entry.wall;
  return {
    id: 'polling-too-fast',
    title: `${what} ${longest.length} times within ${seconds(span)}`,
    entries: idsOf(runs.flat()),
    impact: 'LM Studio answers on the machine that downloads, hashes and runs models: polls take from all three.',
    fix: 'Poll once a second, at most five times a second; to look smooth, progress can be interpolated between polls.',
    judged: judge(runs.flat()),
  };
}

/** Finds the stretches in which every poll is one of several within too short a time. */
function fastRuns(polls: readonly ReadCall[]): ReadCall[][] {
  const runs: ReadCall[][] = [];
  let covered = -1;
  for (let end = POLLS_IN_A_ROW - 1; end < polls.length; end++) {
    const begin = end - POLLS_IN_A_ROW + 1;
    const window = polls.slice(begin, end + 1);
    const isFast = window.at(-1)!.entry.wall - window[0]!.entry.wall < TOO_SHORT_MS;
    if (!isFast || window.some((call) => isPaced(call) !== isPaced(window[0]!))) continue;
    const continues = begin <= covered && isPaced(runs.at(-1)![0]!) === isPaced(window[0]!);
    if (continues) runs.at(-1)!.push(...polls.slice(covered + 1, end + 1));
    else runs.push(window);
    covered = end;
  }
  return runs;
}

/** Finds calls repeated earlier than Retry-After allowed. */
export const ignoredRetryAfter: Rule = (calls) => {
  const groups = groupBy(calls, routeOf);
  return [...groups].flatMap(([route, group]) => {
    const ignored = group.flatMap((call, index) => {
      const waitMs = retryAfterMs(call);
      const { wall, durationMs = 0 } = call.entry;
      const early = group
        .slice(index + 1)
        .filter((later) => cameAfter(later, call) && later.entry.wall < wall + durationMs + waitMs - RETRY_SLACK_MS);
      return early.length > 0 ? [[call, ...early]] : [];
    });
    return judgedFirst(ignored).map((some) => retryFinding(route, some));
  });
};

function retryFinding(route: string, ignored: readonly (readonly ReadCall[])[]): Finding {
  const [call, next] = ignored[0] as [ReadCall, ReadCall];
  const { wall, durationMs = 0, answer, status } = call.entry;
  const waited = next.entry.wall - wall - durationMs;
  return {
    id: 'ignored-retry-after',
    title:
      `${route} was called again ${seconds(waited)} after an answer ${status} ` +
      `with Retry-After: ${answer!.headers['retry-after']!}`,
    entries: idsOf(ignored.flat()),
    impact: 'A server or proxy that is called too early refuses again, and some then refuse for longer.',
    fix: 'Wait for as long as Retry-After says (seconds, or a date) before the next call of that route.',
    judged: judge(ignored.flat()),
  };
}

/** Names the route of a call; status polls of all jobs count as one route. */
function routeOf({ entry, match }: ReadCall): string {
  return match?.route ?? `${entry.method} ${plainPath(entry.path)}`;
}

/** Reads Retry-After (RFC 9110, 10.2.3: seconds, or a date) in ms; 0 if it is missing or invalid. */
function retryAfterMs({ entry }: ReadCall): number {
  const value = entry.answer?.headers['retry-after']?.trim();
  if (value === undefined) return 0;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const until = Date.parse(value);
  return Number.isNaN(until) ? 0 : Math.max(0, until - entry.wall - (entry.durationMs ?? 0));
}

/** Returns the groups that can be judged, if there are any; else one of those that cannot. */
function judgedFirst(groups: readonly (readonly ReadCall[])[]): (readonly (readonly ReadCall[])[])[] {
  const judged = groups.filter((calls) => calls.every(isPaced));
  const rest = judged.length > 0 ? judged : groups;
  return rest.length > 0 ? [rest] : [];
}

function judge(calls: readonly ReadCall[]): Finding['judged'] {
  const unpaced = calls.find((call) => !isPaced(call));
  if (!unpaced) return true;
  const { mode, speed } = unpaced.entry.clock;
  const how = {
    running: `ran at speed ${speed}`,
    frozen: 'was frozen',
    polls: 'was advanced by polls',
  }[mode];
  return { notJudged: `Pace is judged while the session's clock runs at speed 1; it ${how}.` };
}

function isPaced({ entry: { clock } }: ReadCall): boolean {
  return clock.mode === 'running' && clock.speed === 1;
}

function seconds(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`;
}
