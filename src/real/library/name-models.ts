import { RefusedError } from '../../core/errors.js';
import { mergeVariants } from '../../core/installed-variants.js';
import type { InstalledModel } from '../../core/model-library.js';
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

/**
 * What is behind a name, in any case: a key as listed, or else `owner/repo`, `key@quantization`, `owner/repo@quantization`
 * or a catalog id. Nothing where there is none.
 * @throws RefusedError model_not_installed where several listed models have that name
 */
export function findNamed(listed: readonly ListedModel[], name: string): readonly DescribedModel[] {
  const wanted = name.toLowerCase();
  const direct = listed.find(({ model }) => model.key === name || model.key === wanted);
  if (direct) return direct.behind;
  // A repo by its whole name comes before models that somebody could also call so.
  for (const names of [repoNamesOf, otherNamesOf, recordedNamesOf]) {
    const found = listed.flatMap(({ model, behind }) => {
      const named = behind.filter((one) => names(one).includes(wanted));
      return named.length === 0 ? [] : [{ key: model.key, named }];
    });
    if (found.length > 1) throw ambiguous(name, found);
    if (found[0]) return found[0].named;
  }
  return [];
}

function ambiguous(name: string, found: readonly { key: string }[]): RefusedError {
  const keys = found.map(({ key }) => key).join(', ');
  return new RefusedError(
    'model_not_installed',
    name,
    `There are several models of the name ${name}: ${keys}. Name one.`,
  );
}

function repoNamesOf({ model, found }: DescribedModel): string[] {
  const place = `${found.owner}/${found.repo}`.toLowerCase();
  return [place, `${place}@${labelOf(model)}`];
}

function otherNamesOf(one: DescribedModel): string[] {
  return [...namesOf(one), ...(one.model.variants ?? [])];
}

function recordedNamesOf({ record }: DescribedModel): string[] {
  return [record?.model, record?.catalogId].filter((name) => name !== undefined);
}

/** From the shortest to the one that nothing else has. */
function namesOf({ model, found }: DescribedModel): string[] {
  const quantized = `${model.key}@${labelOf(model)}`;
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

function labelOf({ quantization, format }: InstalledModel): string {
  return quantization?.name.toLowerCase() ?? format;
}

function groupByKey(models: readonly DescribedModel[]): Map<string, DescribedModel[]> {
  const groups = new Map<string, DescribedModel[]>();
  for (const one of models) groups.set(one.model.key, [...(groups.get(one.model.key) ?? []), one]);
  return groups;
}
