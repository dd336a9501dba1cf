import type { InstalledModel } from './model-library.js';

/** One entry per key, of models with the newest last: the newest is the one selected, the others are its variants. */
export function mergeVariants(models: readonly InstalledModel[]): InstalledModel[] {
  const byKey = new Map<string, InstalledModel>();
  for (const model of models) {
    const earlier = byKey.get(model.key);
    byKey.delete(model.key);
    byKey.set(model.key, earlier?.variants && model.variants ? withVariantsOf(earlier, model) : model);
  }
  return [...byKey.values()];
}

function withVariantsOf(earlier: InstalledModel, model: InstalledModel): InstalledModel {
  return { ...model, variants: [...new Set([...earlier.variants!, ...model.variants!])] };
}
