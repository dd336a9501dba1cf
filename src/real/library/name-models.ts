import { mergeVariants } from '../../core/installed-variants.js';
import type { InstalledModel } from '../../core/shelf.js';
import type { DescribedModel } from './describe-model.js';

/** One line of the list of models, and what is behind it. */
export interface ListedModel {
  model: InstalledModel;
  /** Several for the variants of a catalog model, the one that is selected last. */
  behind: readonly DescribedModel[];
}

/**
 * Gives each model a key of its own, and lists the variants of a catalog model as one. Where two models come to the same
 * key, the newest has it; the others are called `key@quantization`, `publisher/key` or by their file.
 */
export function nameModels(described: readonly DescribedModel[]): ListedModel[] {
  const newestFirst = [...described].sort((one, other) => other.since - one.since);
  const listed = new Map<string, ListedModel>();
  const fromCatalog = newestFirst.filter(({ model }) => model.variants !== undefined);
  for (const [key, variants] of groupByKey(fromCatalog)) {
    const behind = [...variants].reverse();
    listed.set(key, { model: mergeVariants(behind.map(({ model }) => model))[0]!, behind });
  }
  for (const one of newestFirst) {
    if (one.model.variants !== undefined) continue;
    const key = namesOf(one).find((name) => !listed.has(name))!;
    listed.set(key, { model: { ...one.model, key }, behind: [one] });
  }
  return [...listed.values()];
}

/** What is behind a name: a key as listed, `key@quantization`, a catalog id, or `owner/repo@quantization`. */
export function findNamed(listed: readonly ListedModel[], name: string): readonly DescribedModel[] {
  const wanted = name.toLowerCase();
  const direct = listed.find(({ model }) => model.key === wanted);
  if (direct) return direct.behind;
  const all = listed.flatMap(({ behind }) => behind);
  const named = all.filter((one) => [...namesOf(one), ...(one.model.variants ?? [])].includes(wanted));
  return named.length > 0
    ? named
    : all.filter(({ record }) => record?.model === wanted || record?.catalogId === wanted);
}

/** From the shortest to the one that nothing else has. */
function namesOf({ model, found }: DescribedModel): string[] {
  const quantized = `${model.key}@${model.quantization?.name.toLowerCase() ?? model.format}`;
  const publisher = found.owner.toLowerCase();
  const place = `${publisher}/${found.repo.toLowerCase()}`;
  return [
    model.key,
    quantized,
    `${publisher}/${model.key}`,
    `${publisher}/${quantized}`,
    `${place}/${found.main.path.toLowerCase()}`,
    `${found.root}/${place}/${found.main.path}`,
  ];
}

function groupByKey(models: readonly DescribedModel[]): Map<string, DescribedModel[]> {
  const groups = new Map<string, DescribedModel[]>();
  for (const one of models) groups.set(one.model.key, [...(groups.get(one.model.key) ?? []), one]);
  return groups;
}
