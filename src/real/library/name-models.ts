import { RefusedError } from '../../core/errors.js';
import { listModels, qualifiedNames, type ListedModel } from '../../core/list-models.js';
import type { InstalledModel } from '../../core/model-library.js';
import { matchOptions } from '../options/match-options.js';
import { modelOptions } from '../options/model-options.js';
import type { DescribedModel } from './describe-model.js';

/** Lists models under their keys, the newest first. */
export function nameModels(described: readonly DescribedModel[]): ListedModel<DescribedModel>[] {
  const oldestFirst = [...described].sort((one, other) => one.since - other.since);
  return listModels(oldestFirst, furtherNamesOf).reverse();
}

/**
 * Finds models by a name, in any case: a key as listed, or else `owner/repo`, `key@quantization`,
 * `owner/repo@quantization` or a catalog id. Empty if there are none.
 * @throws RefusedError model_not_installed if several listed models have that name
 */
export function findNamed(listed: readonly ListedModel<DescribedModel>[], name: string): readonly DescribedModel[] {
  const wanted = name.toLowerCase();
  const direct = listed.find(({ model }) => model.key === name || model.key === wanted);
  if (direct) return direct.behind;
  // A repo's full name has precedence over models that could also have it.
  for (const names of [repoNamesOf, otherNamesOf, recordedNamesOf]) {
    const found = listed.flatMap(({ model, behind }) => {
      const named = behind.filter((one) => names(one).includes(wanted));
      return named.length === 0 ? [] : [{ key: model.key, named }];
    });
    if (found.length > 1) throw ambiguous(name, found);
    if (found[0]) return found[0].named;
  }
  return findInRepo(listed, name);
}

/**
 * Finds a model by `owner/repo@quantization`, as `get` accepts it: also `Q4_K_M-imatrix`, or the end of a file's name.
 */
function findInRepo(listed: readonly ListedModel<DescribedModel>[], name: string): readonly DescribedModel[] {
  const [, place, quantization] = /^([^/@]+\/[^/@]+)@(.+)$/s.exec(name.toLowerCase()) ?? [];
  const there = listed.flatMap(({ model: { key }, behind }) =>
    behind.flatMap((one) => (repoNamesOf(one)[0] === place ? [{ key, named: one }] : [])),
  );
  if (quantization === undefined || there.length === 0) return [];
  const { options } = modelOptions(
    there.flatMap(({ named }) => (named.found.format === 'gguf' ? named.found.files : [])),
  );
  const matched = matchOptions(options, quantization);
  const found = there.filter(({ named }) => matched.some(({ files }) => files[0] === named.found.main));
  if (found.length > 1) throw ambiguous(name, found);
  return found.map(({ named }) => named);
}

function ambiguous(name: string, found: readonly { key: string }[]): RefusedError {
  const keys = found.map(({ key }) => key).join(', ');
  return new RefusedError(
    'model_not_installed',
    name,
    `Cannot find one model ${name}: several have this name (${keys}). Use one of their keys.`,
  );
}

function repoNamesOf({ model, found }: DescribedModel): string[] {
  const place = `${found.owner}/${found.repo}`.toLowerCase();
  return [place, `${place}@${labelOf(model)}`];
}

function otherNamesOf(one: DescribedModel): string[] {
  return [one.model.key, ...furtherNamesOf(one), ...(one.model.variants ?? [])];
}

function recordedNamesOf({ record }: DescribedModel): string[] {
  return [record?.model, record?.catalogId].filter((name) => name !== undefined);
}

/** Lists further names, from the shortest to one that no other model has. */
function furtherNamesOf({ model, found }: DescribedModel): string[] {
  const publisher = found.owner.toLowerCase();
  const place = `${publisher}/${found.repo.toLowerCase()}`;
  return [
    ...qualifiedNames(model, publisher),
    `${place}/${found.main.path.toLowerCase()}`,
    `${found.root}/${place}/${found.main.path}`,
  ];
}

function labelOf({ quantization, format }: InstalledModel): string {
  return quantization?.name.toLowerCase() ?? format;
}
