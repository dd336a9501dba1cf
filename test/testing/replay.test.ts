import { readFile } from 'node:fs/promises';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDock, type SessionSnapshot } from '../../src/index.js';
import { expectNoFindings, fromReplayToken, toReplayToken, withReplay } from '../../src/testing/index.js';

const origin = 'http://localhost:1234';

async function lived(jobs = 1): Promise<ReturnType<typeof createDock>> {
  const dock = createDock({ now: '2025-10-03T15:33:23.496Z', speed: 0 });
  for (let job = 0; job < jobs; job++) {
    await dock.api.fetch(
      new Request(`${origin}/api/v1/models/download`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ model: `simulate/fails-at-50-run-${job}` }),
      }),
    );
  }
  await dock.clock.advance(1234);
  return dock;
}

const packed = (value: unknown): string => `mdk1.${deflateSync(JSON.stringify(value)).toString('base64url')}`;

describe('a replay token', () => {
  it('is one word that restores the snapshot', async () => {
    const snapshot = await (await lived()).snapshot();
    const token = await toReplayToken(snapshot);
    expect(token).toMatch(/^mdk1\.[\w-]+$/);
    expect(token.length).toBeLessThan(1000);
    expect(await fromReplayToken(token)).toEqual(snapshot);
  });

  it('may have white space around it, as a copied one has', async () => {
    const snapshot = await (await lived()).snapshot();
    expect(await fromReplayToken(`\n  ${await toReplayToken(snapshot)}\r\n`)).toEqual(snapshot);
  });

  it.each([
    ['an empty text', '', 'expected it to begin with mdk1.'],
    ['another text', 'hello', 'expected it to begin with mdk1.'],
    ['one of another version', 'mdk2.AAAA', 'expected version mdk1, found mdk2.'],
    ['nothing behind its name', 'mdk1.', 'expected a whole token, found one that was cut off or changed'],
    ['letters that no token has', 'mdk1.AA+A', 'expected only letters, digits, - and _, found other characters'],
    ['a line break within', 'mdk1.AAAA\nAAAA', 'expected only letters, digits, - and _, found other characters'],
    ['no snapshot', packed('snapshot'), 'expected an object'],
    ['no JSON', `mdk1.${deflateSync('{').toString('base64url')}`, 'expected a snapshot, found something else'],
    [
      'no text',
      `mdk1.${deflateSync(Buffer.from([0xff, 0xfe])).toString('base64url')}`,
      'expected a snapshot, found something else',
    ],
    ['a snapshot of another version', packed({ modeldock: 99 }), 'version 99'],
  ])('is refused with the reason: %s', async (_, token, reason) => {
    await expect(fromReplayToken(token)).rejects.toMatchObject({
      name: 'ControlError',
      code: 'bad_snapshot',
      message: expect.stringContaining(reason) as string,
    });
  });

  it('is refused when it would unfold without end', async () => {
    const bomb = deflateSync(Buffer.alloc(200 * 1024 * 1024, 0x20), { level: 9 }).toString('base64url');
    expect(bomb.length).toBeLessThan(500_000);
    await expect(fromReplayToken(`mdk1.${bomb}`)).rejects.toThrow(
      'expected a snapshot of at most 64 MiB, found a larger one',
    );
  });

  it('is never taken for another when a letter of it changed', async () => {
    const snapshot = await (await lived()).snapshot();
    const token = await toReplayToken(snapshot);
    const letter = fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.split(''));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 5, max: token.length - 1 }), letter, async (at, other) => {
        const changed = token.slice(0, at) + other + token.slice(at + 1);
        const read = await fromReplayToken(changed).catch((error: unknown) => (error as { code: string }).code);
        // The last letter has bits to spare, which say nothing.
        if (read !== 'bad_snapshot') expect(read).toEqual(snapshot);
      }),
      { numRuns: 300 },
    );
  });

  it('is refused when it was cut off', async () => {
    const token = await toReplayToken(await (await lived()).snapshot());
    for (let length = 6; length < token.length - 2; length += 7) {
      await expect(fromReplayToken(token.slice(0, length))).rejects.toMatchObject({ code: 'bad_snapshot' });
    }
  });
});

describe('a failure’s message', () => {
  const REPLAY = /modeldock --replay (\S+)$/;

  it('ends with a token of the session at that moment', async () => {
    const dock = await lived();
    await dock.api.fetch(new Request(`${origin}/api/tags`));
    const error = await expectNoFindings(dock).catch((reason: unknown) => reason as Error);
    const [, token] = REPLAY.exec((error as Error).message)!;
    expect(await fromReplayToken(token!)).toEqual(await dock.snapshot());
  });

  it('names a file where the token would be long', async () => {
    // Ids that do not repeat, so that they cannot be folded small.
    const dock = await lived(300);
    const error = await withReplay(dock, () => {
      throw new Error('It went wrong.');
    }).catch((reason: unknown) => reason as Error);
    const message = error.message;
    const [, file] = REPLAY.exec(message)!;
    expect(message.length).toBeLessThan(4096);
    expect(file).toMatch(/\.mdk$/);
    const text = await readFile(file!, 'utf8');
    expect(text.length).toBeGreaterThan(4096);
    expect(await fromReplayToken(text)).toEqual(await dock.snapshot());
  });

  it('has no secret and no journal in it', async () => {
    const dock = createDock({ requireToken: 'very-secret' });
    await dock.api.fetch(new Request(`${origin}/v1/models`, { headers: { Authorization: 'Bearer very-secret' } }));
    const snapshot: SessionSnapshot = await dock.snapshot();
    expect(JSON.stringify(await fromReplayToken(await toReplayToken(snapshot)))).not.toContain('very-secret');
  });
});
