import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Fault } from '../../src/control/faults/fault.js';
import { LONGEST_TIMER_MS, monotonicNow, wallSleep, wallTimeout } from '../../src/core/wall-timer.js';
import { until } from '../until.js';
import { downloadPath, openFaultWorld, type FaultWorld } from './fault-world.js';

/** What waits on the timers that the code took hold of when it was imported. */
const waiting = vi.hoisted(() => {
  const { setTimeout: start, clearTimeout: stop } = globalThis;
  const timers = new Set<unknown>();
  const counted = (callback: () => void, ms: number): unknown => {
    const timer = start(() => {
      timers.delete(timer);
      callback();
    }, ms);
    timers.add(timer);
    return timer;
  };
  Object.assign(globalThis, {
    setTimeout: counted,
    clearTimeout: (timer: NodeJS.Timeout) => {
      timers.delete(timer);
      stop(timer);
    },
  });
  return { timers, restore: () => Object.assign(globalThis, { setTimeout: start, clearTimeout: stop }) };
});
waiting.restore();

const endless: Fault['effect'][] = [
  { type: 'latency', ms: LONGEST_TIMER_MS },
  { type: 'hang' },
  { type: 'slow-body', bytesPerSecond: 0.001 },
];

/** Waits until the first fault has met a call. */
const struck = (dock: FaultWorld['dock']): Promise<void> =>
  until(async () => (await dock.faults.list())[0]!.fired === 1);

describe('while a test fakes the timers', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it.each<Fault['effect']>([
    { type: 'latency', ms: 5 },
    { type: 'slow-body', bytesPerSecond: 20_000 },
  ])('a wait still ends: $type', async (effect) => {
    const { add, get } = openFaultWorld();
    await add({ effect });
    expect(await (await get('/lmstudio-greeting')).json()).toEqual({ lmstudio: true });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('wall time is still that of the machine', () => {
    vi.setSystemTime(0);
    expect(monotonicNow()).toBeGreaterThan(0);
  });

  it('a time-out calls back, or is cancelled', async () => {
    const called = vi.fn<(which: string) => void>();
    wallTimeout(1, () => called('cancelled'))();
    await new Promise<void>((resolve) => void wallTimeout(2, resolve));
    expect(called).not.toHaveBeenCalled();
  });
});

describe('a wait', () => {
  it('is never longer than a timer can be', async () => {
    const controller = new AbortController();
    const ended = vi.fn();
    const waits = [LONGEST_TIMER_MS + 1, Infinity].map((ms) =>
      wallSleep(ms, controller.signal).then(ended, () => 'left'),
    );
    // Beyond its range a timer of the platform fires at once.
    await wallSleep(5);
    expect(ended).not.toHaveBeenCalled();
    controller.abort();
    expect(await Promise.all(waits)).toEqual(['left', 'left']);
  });

  it('that ends leaves no listener on the signals that did not end it', async () => {
    const signals = [new AbortController(), new AbortController()];
    const added = signals.map(({ signal }) => vi.spyOn(signal, 'addEventListener'));
    const removed = signals.map(({ signal }) => vi.spyOn(signal, 'removeEventListener'));
    const wait = wallSleep(60_000, ...signals.map(({ signal }) => signal)).catch((reason: unknown) => reason);
    signals[0]!.abort('left');
    expect(await wait).toBe('left');
    await wallSleep(0, signals[1]!.signal);
    expect(added.map(({ mock }) => mock.calls.length)).toEqual([1, 2]);
    expect(removed.map(({ mock }) => mock.calls.length)).toEqual([1, 2]);
  });

  it('does not begin for a signal that is aborted already', async () => {
    await expect(wallSleep(60_000, undefined, AbortSignal.abort('gone'))).rejects.toBe('gone');
  });
});

describe.each(endless)('a call that waits ($type)', (effect) => {
  it('ends when its client leaves', async () => {
    const { add, dock, get } = openFaultWorld();
    await add({ effect });
    const client = new AbortController();
    const answer = get('/lmstudio-greeting', { signal: client.signal }).then((response) => response.text());
    answer.catch(() => undefined);
    await struck(dock);
    await until(() => waiting.timers.size === (effect.type === 'hang' ? 0 : 1));
    client.abort();
    await expect(answer).rejects.toThrow();
    expect(waiting.timers.size).toBe(0);
  });

  it('ends when the session is reset', async () => {
    const { add, dock, get } = openFaultWorld();
    await add({ effect });
    const answer = get('/lmstudio-greeting').then((response) => response.text());
    answer.catch(() => undefined);
    await struck(dock);
    await dock.reset();
    await expect(answer).rejects.toThrow();
    expect(waiting.timers.size).toBe(0);
  });

  it('ends when the session is closed', async () => {
    const { add, dock, get } = openFaultWorld();
    await add({ effect });
    const answer = get('/lmstudio-greeting').then((response) => response.text());
    answer.catch(() => undefined);
    await struck(dock);
    dock.close();
    await expect(answer).rejects.toThrow();
  });

  it('ends when the fault is removed: what was delayed goes on, what hung breaks', async () => {
    const { add, dock, get } = openFaultWorld();
    await add({ effect });
    const answer = get('/lmstudio-greeting').then((response) => response.text());
    answer.catch(() => undefined);
    await struck(dock);
    await dock.faults.remove('fault-1');
    if (effect.type === 'hang') await expect(answer).rejects.toThrow();
    else expect(await answer).toBe('{"lmstudio":true}');
    expect(waiting.timers.size).toBe(0);
  });
});

describe('a call that waits', () => {
  it('does not reach the api once its client has left', async () => {
    const { add, dock, post } = openFaultWorld();
    await add({ effect: { type: 'latency', ms: 60_000 } });
    const client = new AbortController();
    const answer = post(downloadPath, { model: 'simulate/slow' }, { signal: client.signal });
    await struck(dock);
    client.abort();
    await expect(answer).rejects.toThrow();
    expect(await dock.jobs.list()).toEqual([]);
  });

  it('stops when the reader of a slow body cancels it', async () => {
    const { add, get } = openFaultWorld();
    await add({ effect: { type: 'slow-body', bytesPerSecond: 0.001 } });
    const reader = (await get('/lmstudio-greeting')).body!.getReader();
    void reader.read();
    await until(() => waiting.timers.size === 1);
    await reader.cancel();
    expect(waiting.timers.size).toBe(0);
  });

  it('does not begin before the body is asked for', async () => {
    const { add, get } = openFaultWorld();
    await add({ effect: { type: 'slow-body', bytesPerSecond: 0.001 } });
    await get('/lmstudio-greeting');
    await get('/lmstudio-greeting', { method: 'HEAD' });
    expect(waiting.timers.size).toBe(0);
  });
});
