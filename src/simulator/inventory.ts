import type { DownloadRequest } from '../core/engine.js';
import { RefusedError } from '../core/errors.js';
import type { InstalledModel } from '../core/shelf.js';
import type { JobStore } from '../core/store.js';
import { snapshotAt, type SimulatedJob } from './job.js';
import { refusalOf } from './magic.js';
import type { Offer, Offers } from './offers.js';

export interface InventoryOptions {
  store: JobStore<SimulatedJob>;
  timeOf: (job: SimulatedJob) => number;
  offers: Offers;
  /** Put there without a download. */
  added: readonly DownloadRequest[];
  /** Models of the catalog's own that were taken away. */
  gone: readonly string[];
}

/** What is on the simulated disk: what was there from the start or put there, and what completed jobs brought. */
export interface Inventory {
  /** Whether a model is there although no job brought it. */
  has(offer: Offer): boolean;
  /** In the order in which it came. */
  list(): Promise<Offer[]>;
  /** Puts a model there without a download. @throws RefusedError as a download would */
  add(request: DownloadRequest): Promise<InstalledModel>;
  /** Takes a model away, so that it can be downloaded again. @throws RefusedError model_not_installed */
  remove(key: string): Promise<void>;
  save(): Pick<InventoryOptions, 'added' | 'gone'>;
}

export function createInventory({ store, timeOf, offers, ...saved }: InventoryOptions): Inventory {
  let { added } = saved;
  const gone = new Set(saved.gone);

  return {
    has: ({ model, magic }) => {
      if (gone.has(model)) return false;
      return magic === 'already_downloaded' || unbrought().some((offer) => offer.model === model);
    },
    list,
    add: async (request) => {
      const offer = offers.find(request);
      if (offer.magic !== undefined && offer.magic !== 'already_downloaded' && 'refusal' in offer.magic) {
        throw refusalOf(offer.magic.refusal, request);
      }
      gone.delete(offer.model);
      if (!(await list()).some(({ model }) => model === offer.model)) added = [...added, request];
      return offer.installs;
    },
    remove: async (key) => {
      const there = (await list()).filter(({ installs }) => installs.key === key);
      if (there.length === 0) {
        throw new RefusedError('model_not_installed', key, `Cannot remove ${key}: no model of that key is installed.`);
      }
      const models = new Set(there.map(({ model }) => model));
      added = added.filter((request) => !models.has(offers.find(request).model));
      for (const { model } of offers.preinstalled) if (models.has(model)) gone.add(model);
      for await (const job of store.list()) {
        if (!models.has(job.model)) continue;
        await store.replace({ ...job, version: job.version + 1, removed: true }, job.version);
      }
    },
    save: () => ({ added, gone: [...gone] }),
  };

  /** What no job brought. */
  function unbrought(): Offer[] {
    return [...offers.preinstalled, ...added.map((request) => offers.find(request))].filter(
      ({ model }) => !gone.has(model),
    );
  }

  async function list(): Promise<Offer[]> {
    const found = unbrought();
    for await (const job of store.list()) {
      if (!job.removed && snapshotAt(job, timeOf(job)).state === 'completed') found.push(offers.find(job.request));
    }
    return found;
  }
}
