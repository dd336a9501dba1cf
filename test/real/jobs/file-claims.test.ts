import { describe, expect, it } from 'vitest';
import { createFileClaims } from '../../../src/real/jobs/file-claims.js';

const forever = new AbortController().signal;

describe('a file that several jobs want', () => {
  it('belongs to the first until that one gives it up', async () => {
    const claims = createFileClaims();
    expect(claims.claim('one', 'file')).toBe(true);
    expect(claims.claim('one', 'file')).toBe(true);
    expect(claims.claim('other', 'file')).toBe(false);
    expect(claims.claim('other', 'another file')).toBe(true);
    let freed = false;
    const waiting = claims.freed('file', forever).then(() => {
      freed = true;
    });
    claims.release('other');
    await Promise.resolve();
    expect(freed).toBe(false);
    claims.release('one');
    await waiting;
    expect(claims.claim('other', 'file')).toBe(true);
  });

  it('keeps nobody waiting who has a reason to leave', async () => {
    const claims = createFileClaims();
    claims.claim('one', 'file');
    const controller = new AbortController();
    const waiting = claims.freed('file', controller.signal);
    controller.abort(new Error('paused'));
    await expect(waiting).rejects.toThrow('paused');
    await expect(claims.freed('file', controller.signal)).rejects.toThrow('paused');
  });

  it('is free when nobody claimed it', async () => {
    await expect(createFileClaims().freed('file', forever)).resolves.toBeUndefined();
  });
});
