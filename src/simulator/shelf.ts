import { mergeVariants } from '../core/installed-variants.js';
import { createLoadedInstances } from '../core/loaded-instances.js';
import type { InstalledModel, LoadedInstance, ModelShelf } from '../core/shelf.js';

export interface SimulatedShelfOptions {
  /** Every installed file, the newest last; several may have one key. */
  listInstalled: () => Promise<InstalledModel[]>;
  /** What is loaded from the start. */
  loaded: readonly LoadedInstance[];
  onChange: () => void;
}

/** What is installed follows from the jobs; what is loaded is kept here. */
export function createSimulatedShelf({ listInstalled, loaded, onChange }: SimulatedShelfOptions): ModelShelf {
  const installed = async (): Promise<InstalledModel[]> => mergeVariants(await listInstalled());
  return { installed, ...createLoadedInstances({ installed, loaded, onChange }) };
}
