import { describe, expect, it } from 'vitest';
import type { FileLocation } from '../../../src/real/hub/file-location.js';
import { shareLocation, type SharedLocation } from '../../../src/real/hub/shared-location.js';
import { signedUrlLifetime } from '../../../src/real/hub/signed-url-lifetime.js';
import { createLeapingClock, patience, rejection } from './client-on-hub.js';

const LIFETIME = 5000;

interface Stage {
  location: SharedLocation;
  clock: ReturnType<typeof createLeapingClock>;
  asked(): number;
  renewals(): number;
  /** Lets the next questions fail, or succeed again. */
  fail(error: Error | undefined): void;
}

/** Locations that live 5 s, numbered in the order in which the hub is asked. */
function stage({ signal = patience(), lifetime = LIFETIME }: { signal?: AbortSignal; lifetime?: number } = {}): Stage {
  const clock = createLeapingClock();
  let asked = 0;
  let renewals = 0;
  let failure: Error | undefined;
  const locate = async (): Promise<FileLocation> => {
    asked++;
    await new Promise((resolve) => setImmediate(resolve));
    if (failure !== undefined) throw failure;
    const now = clock.monotonic();
    return {
      url: `http://cdn.test/${asked}?Signature=secret`,
      headers: {},
      expiresAt: now + lifetime,
      renewAt: now + lifetime * 0.9,
    };
  };
  const location = shareLocation({ locate, clock, signal, path: 'a.gguf', onRenewal: () => renewals++ });
  return {
    location,
    clock,
    asked: () => asked,
    renewals: () => renewals,
    fail: (error) => {
      failure = error;
    },
  };
}

describe('a shared location', () => {
  it('is asked for once on behalf of all', async () => {
    const { location, asked, renewals } = stage();
    const all = await Promise.all(Array.from({ length: 16 }, () => location.current()));
    expect(new Set(all).size).toBe(1);
    expect([asked(), renewals()]).toEqual([1, 0]);
  });

  it('is renewed before it expires, once for all', async () => {
    const { location, clock, asked, renewals } = stage();
    await location.current();
    clock.advance(4499);
    await location.current();
    expect(asked()).toBe(1);
    clock.advance(1);
    await Promise.all([location.current(), location.current()]);
    expect([asked(), renewals()]).toEqual([2, 1]);
  });

  it('is used to its end when it cannot be renewed', async () => {
    const { location, clock, fail } = stage();
    const first = await location.current();
    fail(new Error('nobody there'));
    clock.advance(4800);
    expect(await location.current()).toBe(first);
    clock.advance(200);
    expect((await rejection(location.current())).message).toBe('nobody there');
    fail(undefined);
    expect((await location.current()).url).toContain('/4');
  });

  it('is not given up for the refusal of an older one', async () => {
    const { location, asked } = stage();
    const old = await location.current();
    location.refused(old, '403');
    const fresh = await location.current();
    for (let request = 0; request < 15; request++) location.refused(old, '403');
    expect(await location.current()).toBe(fresh);
    expect(asked()).toBe(2);
  });

  it('is refused for good after three fresh ones in a row, without showing a signature', async () => {
    const { location, asked } = stage();
    location.refused(await location.current(), '403');
    location.refused(await location.current(), '403');
    const last = await location.current();
    let error: unknown;
    try {
      location.refused(last, '403 AccessDenied');
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ name: 'DownloadError', code: 'cdn_refused' });
    expect((error as Error).message).toContain(
      'Cannot download a.gguf: cdn.test refused 3 new URLs in a row (403 AccessDenied)',
    );
    expect((error as Error).message).not.toContain('secret');
    expect(asked()).toBe(3);
  });

  it('only expires once bytes came by it, however often', async () => {
    const { location, asked } = stage();
    for (let lifetime = 0; lifetime < 20; lifetime++) {
      const each = await location.current();
      location.delivered(each);
      location.refused(each, '403');
    }
    expect(asked()).toBe(20);
  });

  it('counts anew after bytes came, but not for bytes by an older one', async () => {
    const { location } = stage();
    const first = await location.current();
    location.refused(first, '403');
    const second = await location.current();
    location.delivered(second);
    location.refused(second, '403');
    location.refused(await location.current(), '403');
    location.delivered(first);
    location.refused(await location.current(), '403');
    const third = await location.current();
    expect(() => location.refused(third, '403')).toThrow('3 new URLs');
  });

  it('lets one leave who waits for it, while the others go on', async () => {
    const { location, asked } = stage();
    const leaving = new AbortController();
    const left = rejection(location.current(leaving.signal));
    const staying = location.current();
    leaving.abort(new Error('no longer needed'));
    expect((await left).message).toBe('no longer needed');
    expect((await staying).url).toContain('/1');
    expect(asked()).toBe(1);
  });
});

describe('the lifetime of a signed URL', () => {
  const date = 'Tue, 06 Jan 2026 09:00:00 GMT';
  const at = Date.parse(date) / 1000;
  const policy = (json: unknown): string =>
    Buffer.from(JSON.stringify(json)).toString('base64').replace(/\+/g, '-').replace(/=/g, '_').replace(/\//g, '~');
  const statement = { Statement: [{ Resource: '*', Condition: { DateLessThan: { 'AWS:EpochTime': at + 60 } } }] };
  const urls: [query: string, date: string | undefined, ms: number | undefined][] = [
    ['X-Amz-Date=20260106T090000Z&X-Amz-Expires=3600', date, 3_600_000],
    ['X-Amz-Date=20260106T085930Z&X-Amz-Expires=60', date, 30_000],
    ['X-Amz-Date=20260106T090000Z&X-Amz-Expires=3600', undefined, 3_600_000],
    [`Expires=${at + 3600}&Signature=x`, date, 3_600_000],
    [`Policy=${policy(statement)}&Signature=x`, date, 60_000],
    ['Policy=nonsense', date, undefined],
    [`Expires=${at}`, date, undefined],
    [`Expires=${at - 5}`, date, undefined],
    [`Expires=${at + 5}`, undefined, undefined],
    ['Expires=never', date, undefined],
    ['X-Amz-Date=yesterday&X-Amz-Expires=3600', date, undefined],
    ['X-Amz-Date=20260106T090000Z', date, undefined],
    ['', date, undefined],
  ];
  it.each(urls)('with %s at %s is %s ms', (query, answered, ms) => {
    expect(signedUrlLifetime(`https://cdn.test/x?${query}`, answered)).toBe(ms);
  });
});
