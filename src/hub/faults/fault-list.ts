import type { ActiveFault, HubFault, FaultTarget, HubRouteName } from './fault.js';
import { faultKinds } from './fault-kinds.js';
import { parseFaults } from './parse-fault.js';

/** What is known about a request before it is answered. */
export interface Subject {
  route: HubRouteName;
  method: string;
  repo: string | undefined;
  file: string | undefined;
}

/** What is known once there is an answer. */
export interface AnswerSubject extends Subject {
  carriesFile: boolean;
  status: number;
  start: number;
  end: number;
}

/** The faults of a hub. */
export interface FaultList {
  /** Adds one or several, checked first. Returns their ids. @throws InvalidInput */
  add(faults: HubFault | readonly HubFault[]): string[];
  /** Whether there was one. */
  remove(id: string): boolean;
  list(): ActiveFault[];
  clear(): void;
}

/** The side of the list that the hub itself uses. */
export interface FaultSource extends FaultList {
  /** Counts the request for the faults that act before it is answered, and returns those that strike. */
  strikeBefore(subject: Subject): ActiveFault[];
  /** The same for those that act on the answer. */
  strikeAfter(subject: AnswerSubject): ActiveFault[];
}

/** An empty list. */
export function createFaultList(): FaultSource {
  let faults: ActiveFault[] = [];
  let counted = 0;

  function strike(phase: 'before' | 'after', matches: (fault: ActiveFault) => boolean): ActiveFault[] {
    return faults.filter((fault) => {
      if (faultKinds[fault.do.type].phase !== phase || !matches(fault)) return false;
      fault.seen++;
      const strikes = isNth(fault.on?.nth, fault.seen) && (fault.times === undefined || fault.struck < fault.times);
      if (strikes) fault.struck++;
      return strikes;
    });
  }

  return {
    add(given) {
      const added = parseFaults(given).map((fault): ActiveFault => {
        const id = fault.id ?? `fault-${++counted}`;
        return { ...fault, id, seen: 0, struck: 0 };
      });
      const ids = added.map(({ id }) => id);
      // The same id again means the same fault, described anew.
      faults = [...faults.filter(({ id }) => !ids.includes(id)), ...added];
      return ids;
    },
    remove(id) {
      const before = faults.length;
      faults = faults.filter((fault) => fault.id !== id);
      return faults.length < before;
    },
    list: () => structuredClone(faults),
    clear: () => {
      faults = [];
    },
    strikeBefore: (subject) => strike('before', (fault) => matchesRequest(fault, subject)),
    strikeAfter: (subject) =>
      strike('after', (fault) => matchesRequest(fault, subject) && matchesAnswer(fault, subject)),
  };
}

function matchesRequest({ on = {}, do: action }: HubFault, subject: Subject): boolean {
  return (
    routeMatches(on.route, action.type, subject) &&
    (on.repo === undefined || on.repo === subject.repo) &&
    (on.file === undefined || (subject.file !== undefined && pattern(on.file).test(subject.file))) &&
    // A page's browser asks of its own accord before it sends: that is not the request that was meant.
    (on.method === undefined ? subject.method !== 'OPTIONS' : on.method === subject.method) &&
    (action.type !== 'no-head' || subject.method === 'HEAD')
  );
}

function routeMatches(route: FaultTarget['route'], type: HubFault['do']['type'], subject: Subject): boolean {
  if (route !== undefined) return Array.isArray(route) ? route.includes(subject.route) : route === subject.route;
  const { usually } = faultKinds[type];
  if (typeof usually === 'object') return usually.includes(subject.route);
  return usually !== 'the hub' || subject.route !== 'cdn';
}

function matchesAnswer({ on = {}, do: action }: HubFault, subject: AnswerSubject): boolean {
  const { usually } = faultKinds[action.type];
  if (usually === 'part of a file' && subject.status !== 206) return false;
  if (on.route === undefined && usually === 'file bytes' && !subject.carriesFile) return false;
  // A HEAD says how many bytes there are and holds none: it must not use up what is meant for a download.
  const isHead = subject.method === 'HEAD';
  if (isHead && (action.type === 'slow' || action.type === 'truncate' || 'afterBytes' in action)) return false;
  // What happens at a byte can only happen to an answer that holds it.
  const byte = on.covers ?? ('atByte' in action ? action.atByte : undefined);
  return byte === undefined || (subject.carriesFile && !isHead && subject.start <= byte && byte < subject.end);
}

function isNth(nth: FaultTarget['nth'], count: number): boolean {
  if (nth === undefined) return true;
  if (typeof nth === 'number') return count === nth;
  if (Array.isArray(nth)) return nth.includes(count);
  return count >= nth.from && count <= (nth.to ?? Infinity);
}

function pattern(file: string): RegExp {
  const escaped = file.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${escaped.join('.*')}$`);
}
