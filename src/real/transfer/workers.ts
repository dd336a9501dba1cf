import { performance } from 'node:perf_hooks';
import type { DownloaderLimits } from '../limits.js';
import type { Bandwidth } from './bandwidth.js';
import { BUSY, halved, observed, startingPlan } from './connections.js';
import type { RangeRequest } from './range-request.js';
import { isSilent, isTooSlow, measure, median } from './watchdog.js';

/** What is known about all connections of a file: how many there should be, their usual speed, which are too slow. */
export interface Workers {
  target(): number;
  /** Bytes per second of one; 0 until it is known. */
  usualSpeed(): number;
  /** Milliseconds until a usual answer begins; 0 until it is known. */
  usualLatency(): number;
  answered(latencyMs: number): void;
  /** Whether dividing a run would make the whole download faster. */
  maySplit(): boolean;
  received(bytes: number): void;
  ended(request: RangeRequest, now: number): void;
  halve(): void;
  /** Checks all of them; returns those that must end. */
  judge(
    requests: readonly RangeRequest[],
    state: { now: number; isExhausted: boolean; wholeOnly: boolean },
  ): { request: RangeRequest; reason: 'silent' | 'slow' }[];
}

export interface WorkersOptions {
  limits: DownloaderLimits;
  bandwidth: readonly Bandwidth[];
  busy: (() => number) | undefined;
}

const MEASURE_MS = 500;
const REMEMBERED = 16;
/** The expected speed of one connection if a bandwidth limit determines their number. */
const BYTES_PER_CONNECTION = 4e6;

export function createWorkers({ limits, bandwidth, busy = eventLoopBusy() }: WorkersOptions): Workers {
  const measureMs = Math.min(MEASURE_MS, limits.slowMs / 5);
  const speeds: number[] = [];
  const latencies: number[] = [];
  const takenOver = new Set<number>();
  let plan = startingPlan(limits);
  let bytes = 0;
  let usual = 0;
  let latency = 0;
  let busyNow = 0;

  function remember(speed: number): void {
    if (speeds.push(speed) > REMEMBERED) speeds.shift();
    usual = median(speeds);
  }

  /** How many connections the tightest limit leaves room for, while one applies. */
  function bound(): number | undefined {
    const binding = bandwidth.filter((limit) => limit.binds());
    if (binding.length === 0) return undefined;
    const rate = Math.min(...binding.map((limit) => limit.limit() ?? Infinity));
    return Math.min(limits.connectionsPerFile, Math.max(1, Math.round(rate / BYTES_PER_CONNECTION)));
  }

  return {
    target: () => plan.target,
    usualSpeed: () => usual,
    usualLatency: () => latency,
    answered(latencyMs) {
      if (latencies.push(latencyMs) > REMEMBERED) latencies.shift();
      latency = median(latencies);
    },
    maySplit: () => busyNow <= BUSY && bound() === undefined,
    received(count) {
      bytes += count;
    },
    ended(request, now) {
      const elapsed = now - request.readingSince;
      // A request that was too short to be measured still shows how fast the line is.
      if (request.speed === 0 && request.state === 'reading' && elapsed > 0)
        remember((request.received / elapsed) * 1000);
    },
    halve() {
      plan = halved(plan);
    },
    judge(requests, { now, isExhausted, wholeOnly }) {
      busyNow = (busyNow + busy()) / 2;
      const limited = bound();
      const moving = requests.filter((request) => request.state === 'reading' && request.received > 0).length;
      const exhausted = isExhausted || wholeOnly;
      plan = observed(plan, { now, bytes, moving, exhausted, busy: busyNow, bound: limited }, limits);
      const silent = requests.filter((request) => isSilent(request, now, limits));
      for (const request of requests) {
        const speed = measure(request, now, measureMs);
        // The last request is not compared with itself.
        if (speed !== undefined && requests.length > 1) remember(speed);
      }
      const ended = silent.map((request) => ({ request, reason: 'silent' as const }));
      if (limited !== undefined || wholeOnly) return ended;
      const measured = requests
        .filter((request) => request.state === 'reading' && request.speed > 0)
        .map(({ speed }) => speed);
      const usualNow = measured.length > 2 ? median(measured) : usual;
      // Most connections have nothing to do but wait for the rest.
      const hurry = isExhausted && requests.length <= Math.max(2, plan.target / 2);
      const slow = requests.filter((request) => {
        if (silent.includes(request) || !isTooSlow(request, now, usualNow, hurry, limits)) return false;
        // Compared with the past: if the whole line has become slow, once is enough.
        if (!hurry) return true;
        const isFirst = !takenOver.has(request.first);
        takenOver.add(request.first);
        return isFirst;
      });
      return [...ended, ...slow.map((request) => ({ request, reason: 'slow' as const }))];
    },
  };
}

function eventLoopBusy(): () => number {
  let last = performance.eventLoopUtilization();
  return () => {
    const next = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(next, last);
    last = next;
    return utilization;
  };
}
