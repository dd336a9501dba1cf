import type { DownloadPhase } from '../../core/downloader.js';
import type { DownloaderLimits } from '../limits.js';
import type { RealClock } from '../real-clock.js';
import type { Bandwidth } from './bandwidth.js';
import { ReadError, type ByteSource } from './byte-source.js';
import type { ByteSink } from './byte-sink.js';
import { createWorkers } from './workers.js';
import type { ConnectionSlots } from './connection-slots.js';
import { createRecovery } from './recovery.js';
import {
  createRangeRequest,
  receiverOf,
  stopRangeRequest,
  type RangeRequest,
  type RangeRequestContext,
} from './range-request.js';
import { chooseRange } from './choose-range.js';
import { createSegmentQueue } from './segment-queue.js';

/** What a transfer is doing. */
export type TransferPhase = Extract<DownloadPhase, 'connecting' | 'transferring' | 'waiting-rate-limit' | 'offline'>;

/** The progress of a transfer; several transfers may share one. */
export interface TransferCounters {
  /** New bytes. */
  bytes: number;
  /** The number of repeated requests. */
  retries: number;
  /** The number of requests that were replaced because they were silent. */
  stalls: number;
  /** The number of open requests. */
  connections: number;
}

export interface TransferOptions {
  limits: DownloaderLimits;
  clock: Pick<RealClock, 'monotonic' | 'sleep'>;
  slots: ConnectionSlots;
  /** All of them apply. */
  bandwidth: readonly Bandwidth[];
  signal: AbortSignal;
  counters: TransferCounters;
  onPhase?: (phase: TransferPhase) => void;
  /** Returns a number from 0 to 1, so that clients that failed together do not retry together. */
  random?: () => number;
  /** The share of the time since the last call in which the event loop was busy, 0 to 1. */
  busy?: () => number;
}

/**
 * Fetches all bytes that the sink lacks: over as many connections as help, with retries. Rejects with a DownloadError
 * if it must give up, with the signal's reason, or with the sink's error. It has released everything then, and the
 * sink's bytes are correct.
 */
export async function transfer(source: ByteSource, sink: ByteSink, options: TransferOptions): Promise<void> {
  const { limits, clock, slots, bandwidth, signal, counters, random = Math.random } = options;
  signal.throwIfAborted();
  const segments = createSegmentQueue(sink);
  if (segments.missing() === 0) return;

  const requests = new Set<RangeRequest>();
  const reads = new Set<Promise<void>>();
  const recovery = createRecovery(limits, random);
  const over = new AbortController();
  const holder = slots.join(pump);
  const { doublingMs, slowMs, silenceMs, retryMs } = limits;
  const tickMs = Math.max(5, Math.min(doublingMs / 5, slowMs / 8, silenceMs / 8, retryMs));
  // After the machine was suspended the clock is far ahead; in a busy process only a little.
  const longestTickMs = Math.max(1000, 10 * tickMs);
  const workers = createWorkers({ limits, bandwidth, busy: options.busy });

  let outcome: { error?: unknown } | undefined;
  let tickedAt = clock.monotonic();
  let awakeMs = 0;
  let wholeOnly = false;
  let isExhausted = false;
  let freshAt = -Infinity;
  let phase: TransferPhase | undefined;

  const context: RangeRequestContext = {
    segments,
    sink,
    bandwidth,
    awake: () => awakeMs + Math.min(clock.monotonic() - tickedAt, longestTickMs),
    onAnswer(request, whole, latencyMs) {
      workers.answered(latencyMs);
      wholeOnly = whole;
      if (whole) beOnlyOne(request);
      tellPhase();
    },
    onFresh(request, bytes) {
      counters.bytes += bytes;
      workers.received(bytes);
      recovery.fresh(segments.at(request.position - bytes));
      freshAt = request.heardAt;
      // In a later turn: the answer with the last byte may end in this one, so that its connection is kept.
      if (segments.missing() === 0) setImmediate(finish);
    },
  };

  function finish(error?: unknown): void {
    if (outcome !== undefined) return;
    outcome = error === undefined ? {} : { error };
    for (const request of requests) stopRangeRequest(request, 'over');
    over.abort();
  }

  /** Keeps one request: a server that always sends the whole file is asked only once. */
  function beOnlyOne(request: RangeRequest): void {
    for (const other of requests) if (other !== request) stopRangeRequest(other, 'displaced');
    segments.own(0, segments.count);
  }

  function pump(): void {
    if (outcome !== undefined || segments.missing() === 0) return;
    const now = clock.monotonic();
    isExhausted = true;
    if (now < Math.max(recovery.quietUntil(), slots.heldUntil(source.host))) return;
    // While no request works, one shows as much as sixteen.
    const room = wholeOnly || (recovery.trouble() !== undefined && !isMoving()) ? 1 : workers.target();
    shed(requests.size - workers.target());
    while (requests.size < room) {
      const next = wholeOnly ? firstMissing() : choose(now, room);
      if (next === undefined) return;
      const release = holder.take(source.host);
      if (release === undefined) return;
      if (next.type === 'split') next.request.end = segments.startOf(next.first);
      else segments.own(next.first, next.end);
      const read = fetchRun(createRangeRequest(next.first, next.end, recovery.round(), context), release);
      reads.add(read);
      void read.finally(() => reads.delete(read));
    }
    isExhausted = false;
  }

  function choose(now: number, connections: number): ReturnType<typeof chooseRange<RangeRequest>> {
    const open = [...requests].filter(({ stopped }) => stopped === undefined);
    const isHeld = (segment: number): boolean => recovery.isHeld(segment, now);
    return chooseRange({
      ...{ segments, sink, open, connections, isHeld, limits },
      usualSpeed: workers.usualSpeed(),
      usualLatency: workers.usualLatency(),
      maySplit: workers.maySplit(),
    });
  }

  function firstMissing(): { type: 'start'; first: number; end: number } {
    return { type: 'start', first: segments.first(), end: segments.count };
  }

  /** Ends surplus requests at the end of their current segment. */
  function shed(surplus: number): void {
    if (surplus <= 0 || wholeOnly) return;
    const byRest = [...requests]
      .filter(({ stopped }) => stopped === undefined)
      .sort((a, b) => b.end - b.position - (a.end - a.position));
    for (const request of byRest.slice(0, surplus)) {
      const next = Math.min(segments.at(request.position) + 1, segments.count);
      if (next >= segments.count || segments.startOf(next) >= request.end) continue;
      segments.disown(next, segments.at(request.end - 1) + 1);
      request.end = segments.startOf(next);
    }
  }

  async function fetchRun(request: RangeRequest, release: () => void): Promise<void> {
    requests.add(request);
    counters.connections++;
    try {
      const receiver = receiverOf(request, context);
      while (request.stopped === undefined && request.position < request.end) {
        const { received } = request;
        request.state = 'locating';
        await source.read({ start: request.position, end: request.end }, receiver, request.abort.signal);
        if (request.received === received)
          throw new ReadError('broken', 'network_error', `Cannot read from ${source.host}: its answer is empty.`);
      }
    } catch (error) {
      failed(request, error);
    } finally {
      workers.ended(request, awakeMs);
      requests.delete(request);
      counters.connections--;
      segments.disown(request.first, segments.at(request.end - 1) + 1);
      release();
      pump();
    }
  }

  function failed(request: RangeRequest, error: unknown): void {
    if (outcome !== undefined) return;
    if (request.stopped === undefined && !(error instanceof ReadError)) finish(error);
    else if (request.position >= request.end) return;
    else if (request.stopped === 'silent') recover(request, silence(request));
    else if (request.stopped === undefined) recover(request, error as ReadError);
  }

  function silence(request: RangeRequest): ReadError {
    counters.stalls++;
    const seconds = limits.silenceMs / 1000;
    return request.state === 'reading'
      ? new ReadError(
          'broken',
          'network_error',
          `Cannot read from ${source.host}: it was silent for ${seconds} s in the middle of its answer.`,
        )
      : new ReadError(
          'unreachable',
          'network_error',
          `Cannot read from ${source.host}: it did not answer within ${seconds} s.`,
        );
  }

  /** Requests the rest of a run again, or gives up. */
  function recover(request: RangeRequest, failure: ReadError): void {
    const { kind, retryAfterMs = 0 } = failure;
    const now = clock.monotonic();
    counters.retries++;
    // The hub, which was asked for the location, is not the host that sends the bytes.
    const isHost = request.state !== 'locating';
    if (isHost && kind === 'rate-limited' && retryAfterMs > 0) slots.hold(source.host, now + retryAfterMs);
    const isNews = recovery.isNews(request.round);
    if (isHost && isNews && (kind === 'rate-limited' || kind === 'server')) workers.halve();
    const error = recovery.failed(failure, {
      now,
      round: request.round,
      segment: Math.min(segments.at(request.position), segments.count - 1),
      fresh: request.fresh,
      wholeOnly,
      isMoving: isMoving(request),
    });
    if (error !== undefined) finish(error);
  }

  /** Whether another request receives bytes, or would if it were read. */
  function isMoving(except?: RangeRequest): boolean {
    for (const request of requests) {
      if (request === except || request.state !== 'reading' || request.stopped !== undefined) continue;
      if (request.paused || awakeMs - request.heardAt < 4 * limits.doublingMs) return true;
    }
    return false;
  }

  function tick(): void {
    const now = clock.monotonic();
    const gap = now - tickedAt;
    tickedAt = now;
    awakeMs += Math.min(gap, longestTickMs);
    const all = [...requests];
    // Requests that were running when the machine was suspended get their full time from now on.
    if (gap > longestTickMs) for (const request of all) request.heardAt = awakeMs;
    recovery.passed(
      Math.min(gap, longestTickMs),
      all.some(({ paused }) => paused),
    );
    for (const { request, reason } of workers.judge(all, { now: awakeMs, isExhausted, wholeOnly })) {
      if (reason === 'slow') counters.retries++;
      stopRangeRequest(request, reason);
    }
    pump();
    tellPhase();
  }

  function tellPhase(): void {
    const next = currentPhase();
    if (next === phase) return;
    phase = next;
    options.onPhase?.(next);
  }

  function currentPhase(): TransferPhase {
    const trouble = recovery.trouble();
    for (const { state } of requests) if (state === 'reading') return 'transferring';
    // Between two requests of a single connection nothing has changed.
    if (trouble === undefined && awakeMs - freshAt < 4 * limits.doublingMs) return 'transferring';
    if (trouble?.kind === 'rate-limited') return 'waiting-rate-limit';
    return trouble?.kind === 'unreachable' && trouble.attempts > 1 ? 'offline' : 'connecting';
  }

  const leave = (): void => finish(signal.reason);
  signal.addEventListener('abort', leave, { once: true });
  try {
    tellPhase();
    pump();
    while (outcome === undefined) {
      await clock.sleep(tickMs, over.signal).catch(() => undefined);
      if (!over.signal.aborted) tick();
    }
    await Promise.all(reads);
  } catch (error) {
    finish(error);
    await Promise.all(reads);
  } finally {
    signal.removeEventListener('abort', leave);
    holder.leave();
  }
  if (outcome !== undefined && 'error' in outcome) throw outcome.error;
}
