import type { InstalledModel } from './model-library.js';

/** One entry of the list of models, and the installed models that it stands for. */
export interface ListedModel<Installed> {
  model: InstalledModel;
  /** Several for the variants of a catalog model; the selected one is last. */
  behind: readonly Installed[];
}

/**
 * Gives each model a key of its own, and lists the variants of a catalog model as one entry. If two models get the same
 * key, the newest keeps it; each of the others gets the first free one of its further names.
 * @param installed the newest last
 * @param furtherNames of a model, from the shortest to one that no other model has
 * @returns in the order of `installed`, a catalog model in the place of its newest variant
 */
export function listModels<Installed extends { readonly model: InstalledModel }>(
  installed: readonly Installed[],
  furtherNames: (one: Installed) => readonly string[],
): ListedModel<Installed>[] {
  const taken = new Set<string>();
  const listed: ListedModel<Installed>[] = [];
  const variants = new Map<string, Installed[]>();
  for (const one of installed) {
    if (one.model.variants === undefined) continue;
    variants.set(one.model.key, [...(variants.get(one.model.key) ?? []), one]);
  }
  for (const [key, behind] of variants) {
    taken.add(key);
    listed.push({ model: mergeVariants(behind.map(({ model }) => model)), behind });
  }
  for (const one of installed.toReversed()) {
    if (one.model.variants !== undefined) continue;
    const key = [one.model.key, ...furtherNames(one)].find((name) => !taken.has(name)) ?? one.model.key;
    taken.add(key);
    listed.push({ model: key === one.model.key ? one.model : { ...one.model, key }, behind: [one] });
  }
  const places = new Map(installed.map((one, place) => [one, place]));
  const placeOf = ({ behind }: ListedModel<Installed>): number => places.get(behind.at(-1)!)!;
  return listed.sort((one, other) => placeOf(one) - placeOf(other));
}

/**
 * Lists longer names for models that share a key, such as `key@quantization`: from the shortest to those with the
 * publisher.
 */
export function qualifiedNames({ key, quantization, format }: InstalledModel, publisher: string): string[] {
  const quantized = `${key}@${quantization?.name.toLowerCase() ?? format}`;
  return [quantized, `${publisher}/${key}`, `${publisher}/${quantized}`];
}

/** Merges the variants of a catalog model; the newest is the selected one. */
function mergeVariants(models: readonly InstalledModel[]): InstalledModel {
  const newest = models.at(-1)!;
  return models.length === 1
    ? newest
    : { ...newest, variants: [...new Set(models.flatMap(({ variants = [] }) => variants))] };
}
