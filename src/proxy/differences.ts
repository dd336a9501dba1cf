import type { Finding } from '../control/findings/finding.js';
import { redactText } from '../core/redact.js';

/** Where answers differed from the contract. */
export interface Differences {
  /** @param callId of the journal's entry */
  add(callId: number | undefined, route: string, found: readonly string[]): void;
  /** @param callIds the entries that the journal still has */
  findings(callIds: ReadonlySet<number>): Finding[];
}

interface Difference {
  route: string;
  text: string;
  calls: number[];
}

/** More kinds than a person reads; a server that differs in more is no LM Studio. */
const MOST = 1000;

/** @param onNew called with each kind of difference once */
export function createDifferences(onNew: (route: string, text: string) => void = () => undefined): Differences {
  const kinds = new Map<string, Difference>();
  return {
    add: (callId, route, found) => {
      for (const text of found.map((each) => redactText(each))) {
        const key = `${route} ${kindOf(text)}`;
        const known = kinds.get(key);
        if (known) {
          if (callId !== undefined && known.calls.length < MOST) known.calls.push(callId);
        } else if (kinds.size < MOST) {
          kinds.set(key, { route, text, calls: callId === undefined ? [] : [callId] });
          onNew(route, text);
        }
      }
    },
    findings: (callIds) =>
      [...kinds.values()].flatMap(({ route, text, calls }) => {
        const entries = [...new Set(calls)].filter((id) => callIds.has(id));
        return entries.length === 0 ? [] : [findingFor(route, text, entries)];
      }),
  };
}

/** The same field, whichever item of a list and whatever value it has. */
function kindOf(text: string): string {
  return text.replace(/, found .*$/s, '').replace(/\d+/g, '#');
}

function findingFor(route: string, text: string, entries: readonly number[]): Finding {
  return {
    id: 'answer-differs-from-contract',
    title: `The answer to ${route} differs from the contract: ${text}`,
    entries,
    impact: 'The server behaves otherwise than modeldock imitates it: a client that passes here may fail there.',
    fix: 'Run modeldock verify with that server, and send its report (--out FILE) in an issue.',
    judged: { notJudged: 'It is the server that differs, not the client.' },
  };
}
