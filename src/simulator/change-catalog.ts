import type { SimulatorParts } from './engine.js';
import { parseCatalog, type Catalog } from './catalog.js';
import { createModelResolver, type UnknownModels } from './resolve-model.js';

/**
 * Lets a simulation offer another catalog for jobs made from now on.
 * @throws CatalogError; Error naming a download that the catalog does not have: the simulation keeps the old one
 */
export async function changeCatalog(
  parts: SimulatorParts,
  input: unknown,
  unknownModels: UnknownModels | undefined,
): Promise<Catalog> {
  const catalog = parseCatalog(input);
  const resolver = createModelResolver(catalog, parts.seed, unknownModels);
  for await (const { id, request, model } of parts.store.list()) {
    if (modelOf(() => resolver.find(request).model) !== model) {
      throw new Error(`the catalog has no ${model}, which job ${id} downloads`);
    }
  }
  for (const request of parts.inventory.save().added) {
    const { model } = parts.resolver.find(request);
    if (modelOf(() => resolver.find(request).model) !== model) {
      throw new Error(`the catalog has no ${model}, which is installed`);
    }
  }
  parts.resolver = resolver;
  return catalog;
}

function modelOf(find: () => string): string | undefined {
  try {
    return find();
  } catch {
    return undefined;
  }
}
