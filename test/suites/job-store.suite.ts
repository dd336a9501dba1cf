import { describe, expect, it } from 'vitest';
import type { JobStore, Stored } from '../../src/core/store.js';

export interface StoredNote extends Stored {
  note?: string;
}

/** What every store of jobs does. @param open a store with nothing in it */
export function describeJobStore(name: string, open: () => Promise<JobStore<StoredNote>>): void {
  const job = (id: string, model = 'a/model', version = 0): StoredNote => ({ id: `job_${id}`, model, version });
  const listed = async (store: JobStore<StoredNote>): Promise<StoredNote[]> => {
    const jobs: StoredNote[] = [];
    for await (const each of store.list()) jobs.push(each);
    return jobs;
  };

  describe(name, () => {
    it('gives back what was inserted', async () => {
      const store = await open();
      const stored = { ...job('1'), note: 'with "quotes" and ünïcode' };
      expect(await store.insert(stored, undefined)).toBe(true);
      expect(await store.get('job_1')).toEqual(stored);
      expect(await store.latestFor('a/model')).toEqual(stored);
    });

    it('knows nothing of what it was not given', async () => {
      const store = await open();
      await store.insert(job('1'), undefined);
      expect(await store.get('job_2')).toBeUndefined();
      expect(await store.get('../job_1')).toBeUndefined();
      expect(await store.get('')).toBeUndefined();
      expect(await store.latestFor('another/model')).toBeUndefined();
      expect(await store.replace(job('2', 'a/model', 1), 0)).toBe(false);
    });

    it('refuses an id that is taken, for any model', async () => {
      const store = await open();
      await store.insert(job('1'), undefined);
      expect(await store.insert(job('1', 'another/model'), undefined)).toBe(false);
      expect(await store.get('job_1')).toMatchObject({ model: 'a/model' });
    });

    it('refuses an insertion that did not know the latest job of its model', async () => {
      const store = await open();
      const [first, second, third] = [job('1'), job('2'), job('3')];
      expect(await store.insert(first, undefined)).toBe(true);
      expect(await store.insert(second, undefined)).toBe(false);
      expect(await store.insert(second, first)).toBe(true);
      expect(await store.insert(third, first)).toBe(false);
      expect(await store.latestFor('a/model')).toEqual(second);
      expect(await listed(store)).toEqual([first, second]);
    });

    it('keeps models apart', async () => {
      const store = await open();
      expect(await store.insert(job('1'), undefined)).toBe(true);
      expect(await store.insert(job('2', 'another/model'), undefined)).toBe(true);
      expect(await store.latestFor('a/model')).toMatchObject({ id: 'job_1' });
      expect(await store.latestFor('another/model')).toMatchObject({ id: 'job_2' });
    });

    it('replaces a job only at the version that was expected', async () => {
      const store = await open();
      await store.insert(job('1'), undefined);
      expect(await store.replace({ ...job('1', 'a/model', 1), note: 'once' }, 0)).toBe(true);
      expect(await store.replace({ ...job('1', 'a/model', 1), note: 'late' }, 0)).toBe(false);
      expect(await store.replace({ ...job('1', 'a/model', 2), note: 'twice' }, 1)).toBe(true);
      expect(await store.get('job_1')).toMatchObject({ version: 2, note: 'twice' });
    });

    it('lists the oldest first, whatever the ids and replacements since', async () => {
      const store = await open();
      const inserted = ['5', '3', '9', '1'].map((id) => job(id, `model/${id}`));
      for (const each of inserted) await store.insert(each, undefined);
      await store.replace({ ...inserted[1]!, version: 1 }, 0);
      expect((await listed(store)).map(({ id }) => id)).toEqual(['job_5', 'job_3', 'job_9', 'job_1']);
    });

    it('lets one of many simultaneous insertions for a model through', async () => {
      const store = await open();
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, index) => store.insert(job(String(index)), undefined)),
      );
      expect(outcomes.filter(Boolean)).toHaveLength(1);
      expect(await listed(store)).toHaveLength(1);
    });

    it('lets one of many simultaneous replacements of a version through', async () => {
      const store = await open();
      await store.insert(job('1'), undefined);
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, index) => store.replace({ ...job('1', 'a/model', 1), note: String(index) }, 0)),
      );
      expect(outcomes.filter(Boolean)).toHaveLength(1);
      expect(await store.get('job_1')).toMatchObject({ note: String(outcomes.indexOf(true)) });
    });
  });
}
