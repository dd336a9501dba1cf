import type { DownloaderLimits } from '../limits.js';

/** Limits simultaneous connections, per host and in all, for all files of a process. */
export interface ConnectionSlots {
  /** @param onFree called when a retry may succeed */
  join(onFree: () => void): SlotHolder;
  /** Blocks requests to a host until this time, on the monotonic clock. */
  hold(host: string, until: number): void;
  heldUntil(host: string): number;
}

/** The connections of one file. */
export interface SlotHolder {
  /**
   * Takes a connection and returns a function that releases it; `undefined` if there is none now. A released one goes
   * to the file with the fewest.
   */
  take(host: string): (() => void) | undefined;
  leave(): void;
}

interface Member {
  used: number;
  waitsFor: string | undefined;
  onFree: () => void;
}

/** Creates an empty set of slots. */
export function createConnectionSlots(
  limits: Pick<DownloaderLimits, 'connectionsPerHost' | 'connectionsInAll'>,
): ConnectionSlots {
  const members = new Set<Member>();
  const perHost = new Map<string, number>();
  const holds = new Map<string, number>();
  let all = 0;

  const hasRoom = (host: string): boolean =>
    all < limits.connectionsInAll && (perHost.get(host) ?? 0) < limits.connectionsPerHost;

  function give(member: Member, host: string): () => void {
    let given = true;
    member.waitsFor = undefined;
    member.used++;
    all++;
    perHost.set(host, (perHost.get(host) ?? 0) + 1);
    return () => {
      if (!given) return;
      given = false;
      member.used--;
      all--;
      const left = perHost.get(host)! - 1;
      if (left === 0) perHost.delete(host);
      else perHost.set(host, left);
      wake();
    };
  }

  function wake(): void {
    const waiting = [...members].filter(({ waitsFor }) => waitsFor !== undefined);
    for (const member of waiting.sort((one, other) => one.used - other.used)) {
      if (member.waitsFor === undefined || !hasRoom(member.waitsFor)) continue;
      // A file that still needs one asks again; others must not keep it waiting.
      member.waitsFor = undefined;
      member.onFree();
    }
  }

  return {
    join(onFree) {
      const member: Member = { used: 0, waitsFor: undefined, onFree };
      members.add(member);
      return {
        take(host) {
          if (hasRoom(host)) return give(member, host);
          member.waitsFor = host;
          return undefined;
        },
        leave() {
          members.delete(member);
          wake();
        },
      };
    },
    hold: (host, until) => {
      holds.set(host, Math.max(until, holds.get(host) ?? 0));
    },
    heldUntil: (host) => holds.get(host) ?? 0,
  };
}
