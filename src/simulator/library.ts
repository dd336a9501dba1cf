import { LoadedInstances } from '../core/loaded-instances.js';
import type { InstalledModel, LoadedInstance, LoadRequest, ModelLibrary } from '../core/model-library.js';
import type { Inventory } from './inventory.js';

/** The library of a simulation. Installed models come from the inventory; loaded ones are kept here. */
export class SimulatedLibrary implements ModelLibrary {
  readonly #inventory: Inventory;
  readonly #instances: LoadedInstances;
  readonly #onChange: () => void;

  /** @param loaded the instances that are loaded from the start */
  constructor(inventory: Inventory, loaded: readonly LoadedInstance[], onChange: () => void) {
    this.#inventory = inventory;
    this.#instances = new LoadedInstances(loaded);
    this.#onChange = onChange;
  }

  async installed(): Promise<InstalledModel[]> {
    return (await this.#inventory.listed()).map(({ model }) => model);
  }

  async loaded(): Promise<readonly LoadedInstance[]> {
    return this.#instances.list();
  }

  async load(request: LoadRequest): Promise<LoadedInstance> {
    const instance = this.#instances.load(request, await this.installed());
    this.#onChange();
    return instance;
  }

  async unload(instanceId: string): Promise<void> {
    this.#instances.unload(instanceId);
    this.#onChange();
  }
}
