import type { Faker } from './fresh-faker.js';
import type { CatalogModel } from '../simulator/catalog.js';
import { fakeFiles } from './fake-files.js';
import type { Release } from './fake-lineage.js';

/** Turns a release into a catalog entry. `runnable` ones always have files. */
export function fakeModel(faker: Faker, release: Release, { runnable }: { runnable: boolean }): CatalogModel {
  const { kind, publisher, name, params } = release;
  const original = `${publisher}/${name}`;
  const common: CatalogModel = {
    displayName: name.replaceAll('-', ' '),
    type: kind === 'embedding' ? 'embedding' : 'llm',
    architecture: release.architecture,
    params,
    maxContextLength: release.maxContextLength,
    files: [],
    // The repo of the first publication, in a format that LM Studio does not run.
    incompatibleRepos: [original],
  };
  if (!runnable && faker.datatype.boolean(0.03)) return common;
  return {
    ...common,
    ...(faker.datatype.boolean(0.8) && { id: original.toLowerCase() }),
    ...(kind !== 'embedding' && fakeAbilities(faker, release)),
    files: fakeFiles(faker, release),
  };
}

function fakeAbilities(faker: Faker, { kind, name }: Release): Partial<CatalogModel> {
  const thinks = name.includes('-Thinking');
  return {
    vision: kind === 'vision',
    toolUse: faker.datatype.boolean(0.6),
    ...(thinks && { reasoning: { options: ['on'], preset: 'on' } }),
    ...(!thinks && faker.datatype.boolean(0.2) && { reasoning: { options: ['off', 'on'], preset: 'on' } }),
    description: `${faker.company.catchPhrase()}.`,
  };
}
