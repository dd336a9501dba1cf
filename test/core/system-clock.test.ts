import { afterEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/index.js';

afterEach(() => {
  vi.useRealTimers();
});

describe('the system clock', () => {
  it('shows whole milliseconds of the machine, faked ones included', () => {
    expect(Number.isInteger(systemClock.now())).toBe(true);
    vi.useFakeTimers({ now: 1234 });
    expect(systemClock.now()).toBe(1234);
  });

  it('sleeps for the given time', async () => {
    vi.useFakeTimers();
    let awake = false;
    const sleep = systemClock.sleep(1000).then(() => (awake = true));
    await vi.advanceTimersByTimeAsync(999);
    expect(awake).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await sleep;
    expect(awake).toBe(true);
  });

  it('wakes with the reason of the signal, and leaves no timer', async () => {
    vi.useFakeTimers();
    const stop = new AbortController();
    const sleep = systemClock.sleep(1000, stop.signal);
    stop.abort(new Error('enough'));
    await expect(sleep).rejects.toThrow('enough');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not fall asleep when the signal came before', async () => {
    vi.useFakeTimers();
    await expect(systemClock.sleep(1000, AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not hear a signal that comes after', async () => {
    vi.useFakeTimers();
    const stop = new AbortController();
    const sleep = systemClock.sleep(10, stop.signal);
    await vi.advanceTimersByTimeAsync(10);
    await sleep;
    expect(() => stop.abort()).not.toThrow();
  });
});
