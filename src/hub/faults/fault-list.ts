import { isNthCall } from '../../core/nth-call.js';
import { matchesPattern } from '../../core/text-pattern.js';
import { faultKinds } from './fault-kinds.js';
import type { HubFault, HubFaultSelection, HubFaultStatus, HubRouteName } from './hub-fault.js';
import { parseHubFaults } from './parse-hub-faults.js';

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
  /** Adds one or several faults, after checking them. Returns their ids. @throws InvalidInput */
  add(faults: HubFault | readonly HubFault[]): string[];
  /** Returns whether there was such a fault. */
  remove(id: string): boolean;
  list(): HubFaultStatus[];
  clear(): void;
}

/** The list as the hub itself uses it. */
export interface FaultSource extends FaultList {
  /** Counts the request for the faults that act before it is answered, and returns those that apply. */
  fireBefore(subject: Subject): HubFaultStatus[];
  /** Does the same for those that act on the answer. */
  fireAfter(subject: AnswerSubject): HubFaultStatus[];
}

/** Creates an empty list. */
export function createFaultList(): FaultSource {
  let faults: HubFaultStatus[] = [];
  let counted = 0;

  function fire(phase: 'before' | 'after', matches: (fault: HubFaultStatus) => boolean): HubFaultStatus[] {
    return faults.filter((fault) => {
      if (faultKinds[fault.effect.type].phase !== phase || !matches(fault)) return false;
      fault.seen++;
      const fires = isNthCall(fault.when?.nth, fault.seen) && (fault.times === undefined || fault.fired < fault.times);
      if (fires) fault.fired++;
      return fires;
    });
  }

  return {
    add(given) {
      const added = parseHubFaults(given).map((fault): HubFaultStatus => {
        const id = fault.id ?? `fault-${++counted}`;
        return { ...fault, id, seen: 0, fired: 0 };
      });
      const ids = added.map(({ id }) => id);
      // A fault with an existing id replaces that fault.
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
    fireBefore: (subject) => fire('before', (fault) => matchesRequest(fault, subject)),
    fireAfter: (subject) => fire('after', (fault) => matchesRequest(fault, subject) && matchesAnswer(fault, subject)),
  };
}

function matchesRequest({ when = {}, effect }: HubFault, subject: Subject): boolean {
  return (
    routeMatches(when.route, effect.type, subject) &&
    (when.repo === undefined || when.repo.toLowerCase() === subject.repo?.toLowerCase()) &&
    (when.file === undefined || (subject.file !== undefined && matchesPattern(when.file, subject.file))) &&
    // Browsers send preflights by themselves: they do not count as the matching request.
    (when.method === undefined ? subject.method !== 'OPTIONS' : when.method === subject.method) &&
    (effect.type !== 'no-head' || subject.method === 'HEAD')
  );
}

function routeMatches(route: HubFaultSelection['route'], type: HubFault['effect']['type'], subject: Subject): boolean {
  if (route !== undefined) return Array.isArray(route) ? route.includes(subject.route) : route === subject.route;
  const { usually } = faultKinds[type];
  if (typeof usually === 'object') return usually.includes(subject.route);
  return usually !== 'the hub' || subject.route !== 'cdn';
}

function matchesAnswer({ when = {}, effect }: HubFault, subject: AnswerSubject): boolean {
  const { usually } = faultKinds[effect.type];
  if (usually === 'part of a file' && subject.status !== 206) return false;
  if (when.route === undefined && usually === 'file bytes' && !subject.carriesFile) return false;
  // A HEAD announces bytes but has none: it must not use up a fault for a download.
  const isHead = subject.method === 'HEAD';
  if (isHead && (effect.type === 'slow-body' || effect.type === 'truncated' || 'afterBytes' in effect)) return false;
  // A fault at a byte applies only to answers that contain it.
  const byte = when.covers ?? ('atByte' in effect ? effect.atByte : undefined);
  return byte === undefined || (subject.carriesFile && !isHead && subject.start <= byte && byte < subject.end);
}
