import { describe, expect, it } from 'vitest';
import { createFileClaims } from '../../../src/real/jobs/file-claims.js';

/** Claims, and which promises were kept so far. */
function openClaims() {
  const claims = createFileClaims();
  const granted: string[] = [];
  return {
    granted,
    claim: (job: string, file: string): boolean => {
      const promise = claims.claim(job, file);
      void promise?.then(() => granted.push(`${job} ${file}`));
      return promise === undefined;
    },
    release: async (job: string) => {
      claims.release(job);
      await Promise.resolve();
    },
  };
}

describe('a file that several jobs want', () => {
  it('belongs to the first until that one gives it up', async () => {
    const { claim, release, granted } = openClaims();
    expect(claim('one', 'file')).toBe(true);
    expect(claim('one', 'file')).toBe(true);
    expect(claim('other', 'file')).toBe(false);
    expect(claim('other', 'another file')).toBe(true);
    await release('nobody');
    expect(granted).toEqual([]);
    await release('one');
    expect(granted).toEqual(['other file']);
    expect(claim('one', 'file')).toBe(false);
  });

  it('is passed on in the order of the claims, and never to a later claim', async () => {
    const { claim, release, granted } = openClaims();
    for (const job of ['a', 'b', 'c']) claim(job, 'file');
    const released = release('a');
    expect(claim('late', 'file')).toBe(false);
    await released;
    await release('b');
    await release('c');
    expect(granted).toEqual(['b file', 'c file', 'late file']);
  });

  it('is not given to a job that has left the line', async () => {
    const { claim, release, granted } = openClaims();
    for (const job of ['a', 'b', 'c']) claim(job, 'file');
    await release('b');
    expect(granted).toEqual([]);
    await release('a');
    expect(granted).toEqual(['c file']);
  });

  it('is free again when all have left', async () => {
    const { claim, release } = openClaims();
    claim('a', 'file');
    claim('b', 'file');
    await release('b');
    await release('a');
    expect(claim('c', 'file')).toBe(true);
  });
});
