import type { DownloadRequest } from '../core/engine.js';
import { RefusedError } from '../core/errors.js';
import { listModels, qualifiedNames, type ListedModel } from '../core/list-models.js';
import type { InstalledModel } from '../core/model-library.js';
import { snapshotAt } from './job.js';
import { testModelRefusal } from './test-models.js';
import type { ResolvedModel } from './resolve-model.js';
import { timeOf, type JobContext } from './job-context.js';

export interface SavedInventory {
  /** Models that were added without a download. */
  added: readonly DownloadRequest[];
  /** Models that were installed from the start and have been removed. */
  gone: readonly string[];
}

/** Keeps what is on the simulated disk: models installed from the start or added, and those of completed jobs. */
export class Inventory {
  readonly #parts: JobContext;
  #added: SavedInventory['added'];
  #gone: SavedInventory['gone'];

  constructor(parts: JobContext, { added, gone }: SavedInventory) {
    this.#parts = parts;
    this.#added = added;
    this.#gone = gone;
  }

  /** Whether a model is installed without a job that downloaded it. */
  has({ model, testModel }: ResolvedModel): boolean {
    if (this.#gone.includes(model)) return false;
    return testModel === 'already_downloaded' || this.#unbrought().some((offer) => offer.model === model);
  }

  /** Lists installed models in the order of installation. */
  async list(): Promise<ResolvedModel[]> {
    const { clock, store, resolver } = this.#parts;
    const found = this.#unbrought();
    for await (const job of store.list()) {
      if (job.removed || snapshotAt(job, timeOf(clock, job)).state !== 'completed') continue;
      found.push(resolver.find(job.request));
    }
    return found;
  }

  /** Lists models as clients see them: each with a key of its own, catalog models with their variants. */
  async listed(): Promise<ListedModel<{ model: InstalledModel; resolved: ResolvedModel }>[]> {
    const installed = (await this.list()).map((resolved) => ({ model: resolved.installs, resolved }));
    return listModels(installed, ({ model, resolved }) => [
      ...qualifiedNames(model, model.publisher.toLowerCase()),
      resolved.model,
    ]);
  }

  /** Adds a model without a download. @throws RefusedError as a download would */
  async add(request: DownloadRequest): Promise<InstalledModel> {
    const offer = this.#parts.resolver.find(request);
    if (offer.testModel !== undefined && offer.testModel !== 'already_downloaded' && 'refusal' in offer.testModel) {
      throw testModelRefusal(offer.testModel.refusal, request);
    }
    this.#gone = this.#gone.filter((model) => model !== offer.model);
    if (!(await this.list()).some(({ model }) => model === offer.model)) this.#added = [...this.#added, request];
    const listed = (await this.listed()).find(({ behind }) =>
      behind.some(({ resolved }) => resolved.model === offer.model),
    );
    return listed?.model ?? offer.installs;
  }

  /** Removes a model, so that it can be downloaded again. @throws RefusedError model_not_installed */
  async remove(key: string): Promise<void> {
    const { store, resolver } = this.#parts;
    const there = (await this.listed()).find(({ model }) => model.key === key);
    if (there === undefined) {
      throw new RefusedError('model_not_installed', key, `Cannot remove ${key}: no model of that key is installed.`);
    }
    const models = new Set(there.behind.map(({ resolved }) => resolved.model));
    this.#added = this.#added.filter((request) => !models.has(resolver.find(request).model));
    const taken = resolver.preinstalled.map(({ model }) => model).filter((model) => models.has(model));
    this.#gone = [...new Set([...this.#gone, ...taken])];
    for await (const { id, model } of store.list()) {
      if (!models.has(model)) continue;
      // A poll may advance the job at the same time.
      for (let job = (await store.get(id))!; ; job = (await store.get(id))!) {
        if (await store.replace({ ...job, version: job.version + 1, removed: true }, job.version)) break;
      }
    }
  }

  save(): SavedInventory {
    return { added: this.#added, gone: this.#gone };
  }

  /** Lists models that no job downloaded. */
  #unbrought(): ResolvedModel[] {
    const { resolver } = this.#parts;
    return [...resolver.preinstalled, ...this.#added.map((request) => resolver.find(request))].filter(
      ({ model }) => !this.#gone.includes(model),
    );
  }
}
