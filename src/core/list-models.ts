import type { InstalledModel } from './model-library.js';

/** One line of the list of models, and what is behind it. */
export interface ListedModel<Installed> {
  model: InstalledModel;
  /** Several for the variants of a catalog model, the one that is selected last. */
  behind: readonly Installed[];
}

/**
 * Gives each model a key of its own, and lists the variants of a catalog model as one. Where two models come to the same
 * key, the newest has it; each of the others has the first of its further names that is free.
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

/** `key@quantization` and the like, for models of one key: from the shortest to those with their publisher. */
export function qualifiedNames({ key, quantization, format }: InstalledModel, publisher: string): string[] {
  const quantized = `${key}@${quantization?.name.toLowerCase() ?? format}`;
  return [quantized, `${publisher}/${key}`, `${publisher}/${quantized}`];
}

/** The newest is the one selected, the others are its variants. */
function mergeVariants(models: readonly InstalledModel[]): InstalledModel {
  const newest = models.at(-1)!;
  return models.length === 1
    ? newest
    : { ...newest, variants: [...new Set(models.flatMap(({ variants = [] }) => variants))] };
}
