import type { DownloadRequest, ModelReference } from '../core/engine.js';
import { RefusedError } from '../core/errors.js';
import { catalogModelKey, repoModelKey } from '../core/model-key.js';
import { nominalBits } from '../core/quantization.js';
import type { InstalledModel } from '../core/model-library.js';
import type { Catalog, CatalogModel, FileChoice } from './catalog.js';
import { findQuantization } from './quantization.js';
import { imagineQuantization, imagineRepo } from './unknown-repo.js';
import {
  createTestModelFinder,
  TEST_MODEL_BYTES,
  TEST_MODEL_OWNER,
  TEST_MODEL_NAMES,
  type TestModel,
} from './test-models.js';

/** The model that a download request resolves to. */
export interface ResolvedModel {
  /** The identity of the model: two requests with the same one share a job. */
  model: string;
  totalBytes: number;
  /** The model as it is listed once it is installed. */
  installs: InstalledModel;
  /** Set only for identifiers under `simulate/`. */
  testModel: TestModel | undefined;
  /** Set if the model is made up from its name. */
  isMadeUp?: true;
}

export interface ModelResolver {
  /** @throws RefusedError model_not_found, no_compatible_option, catalog_quantization */
  find(request: DownloadRequest): ResolvedModel;
  /** The models that are installed from the start. */
  readonly preinstalled: readonly ResolvedModel[];
}

/** A file of a repo that can be chosen, and its model. */
interface Choice {
  model: CatalogModel;
  file: FileChoice;
}

type HuggingFaceReference = Extract<ModelReference, { source: 'huggingface' }>;

/** The answer to a catalog id that the catalog does not have. */
export type UnknownModels = 'refuse' | 'imagine';

/** @param seed determines the size of repos that the catalog does not know */
export function createModelResolver(
  catalog: Catalog,
  seed: string,
  unknownModels: UnknownModels = 'refuse',
): ModelResolver {
  const findTestModel = createTestModelFinder();
  const byId = new Map<string, CatalogModel>();
  const byRepo = new Map<string, Choice[]>();
  for (const model of catalog) {
    if (model.id !== undefined) byId.set(model.id, model);
    for (const repo of model.incompatibleRepos ?? []) choicesOf(repo);
    for (const file of model.files) choicesOf(file.repo).push({ model, file });
  }

  return {
    find: ({ model, quantization }) =>
      model.source === 'catalog' ? fromCatalog(model.id, quantization) : fromHuggingFace(model, quantization),
    preinstalled: catalog
      .filter(({ installed, files }) => installed === true && files.length > 0)
      .map((model) =>
        model.id === undefined ? repoOffer({ model, file: model.files[0]! }) : catalogOffer(model.id, model),
      ),
  };

  function fromCatalog(id: string, quantization: string | undefined): ResolvedModel {
    if (quantization !== undefined) {
      throw new RefusedError('catalog_quantization', id, `Cannot choose a quantization of the catalog model ${id}.`);
    }
    const testModel = id.startsWith(`${TEST_MODEL_OWNER}/`)
      ? findTestModel(id.slice(TEST_MODEL_OWNER.length + 1))
      : undefined;
    const model = testModel ? catalogEntryFor(id) : (byId.get(id) ?? imagine(id));
    if (model === undefined || model.files.length === 0) {
      // A test that expects a failure might take this 404 for it, so the answer lists the test models.
      const advice = id.startsWith(`${TEST_MODEL_OWNER}/`) ? { advice: TEST_MODEL_NAMES } : {};
      throw new RefusedError(
        'model_not_found',
        id,
        `Cannot download ${id}: the simulated catalog has no such model.`,
        advice,
      );
    }
    const offer = catalogOffer(id, model, testModel);
    return testModel || byId.has(id) ? offer : { ...offer, isMadeUp: true };
  }

  function fromHuggingFace(
    { owner, repo, url }: HuggingFaceReference,
    quantization: string | undefined,
  ): ResolvedModel {
    const name = `${owner}/${repo}`;
    const testModel = owner.toLowerCase() === TEST_MODEL_OWNER ? findTestModel(repo) : undefined;
    if (owner.toLowerCase() === TEST_MODEL_OWNER && testModel === undefined) {
      throw new RefusedError(
        'no_compatible_option',
        url,
        `Cannot download ${TEST_MODEL_OWNER}/${repo}: no test model has this name.`,
      );
    }
    const known = testModel === undefined ? byRepo.get(name.toLowerCase()) : undefined;
    if (known) return repoOffer(chooseKnown(known, quantization) ?? refuse(url, quantization, known));
    const model = testModel ? catalogEntryFor(name) : imagineRepo(owner, repo, seed);
    const file = quantization === undefined ? model.files[0] : imagineQuantization(owner, repo, quantization, seed);
    if (file === undefined) return refuse(url, quantization, choicesIn(model));
    // A test model has one size in all quantizations.
    const offer = repoOffer({ model, file: testModel ? { ...file, sizeBytes: TEST_MODEL_BYTES } : file }, testModel);
    return testModel ? offer : { ...offer, isMadeUp: true };
  }

  function imagine(id: string): CatalogModel | undefined {
    const [owner, name] = id.split('/') as [string, string];
    return unknownModels === 'imagine' && owner !== TEST_MODEL_OWNER ? imagineRepo(owner, name, seed) : undefined;
  }

  function choicesOf(repo: string): Choice[] {
    const known = byRepo.get(repo.toLowerCase()) ?? [];
    byRepo.set(repo.toLowerCase(), known);
    return known;
  }
}

function choicesIn(model: CatalogModel): Choice[] {
  return model.files.map((file) => ({ model, file }));
}

function chooseKnown(choices: readonly Choice[], quantization: string | undefined): Choice | undefined {
  if (quantization === undefined) return choices[0];
  const found = findQuantization(choices, quantization);
  return found.length === 1 ? found[0] : undefined;
}

function refuse(url: string, quantization: string | undefined, choices: readonly Choice[]): never {
  const what = choices.length === 0 ? 'any GGUF or MLX file' : quantization!;
  throw new RefusedError(
    'no_compatible_option',
    url,
    `Cannot find ${what} in ${url}.`,
    choices.length === 0 ? {} : { choices: choices.map(({ file }) => file.quantization) },
  );
}

function catalogEntryFor(name: string): CatalogModel {
  return {
    displayName: `Simulated: ${name.slice(name.indexOf('/') + 1)}`,
    type: 'llm',
    architecture: 'llama',
    params: '1B',
    maxContextLength: 8_192,
    files: [{ repo: name, format: 'gguf', quantization: 'Q4_K_M', sizeBytes: TEST_MODEL_BYTES }],
  };
}

function catalogOffer(id: string, model: CatalogModel, testModel?: TestModel): ResolvedModel {
  const file = model.files[0]!;
  const [publisher] = id.split('/') as [string];
  const key = catalogModelKey(id, model.type);
  const variant = `${key}@${file.quantization.toLowerCase()}`;
  return {
    model: id,
    totalBytes: file.sizeBytes,
    installs: { ...describe(model, file, key, publisher), variants: [variant], selectedVariant: variant },
    testModel,
  };
}

function repoOffer({ model, file }: Choice, testModel?: TestModel): ResolvedModel {
  const [publisher, repo] = file.repo.split('/') as [string, string];
  const key = repoModelKey(repo, file.quantization, model.type);
  return {
    model: `${file.repo}@${file.quantization}`.toLowerCase(),
    totalBytes: file.sizeBytes,
    installs: describe(model, file, key, publisher),
    testModel,
  };
}

function describe(model: CatalogModel, file: FileChoice, key: string, publisher: string): InstalledModel {
  return {
    key,
    type: model.type,
    publisher,
    displayName: model.displayName,
    architecture: model.architecture,
    ...(model.mixtureOfExperts && { mixtureOfExperts: true }),
    quantization: { name: file.quantization, bitsPerWeight: nominalBits(file.quantization) },
    sizeBytes: file.sizeBytes,
    ...(model.params !== undefined && { params: model.params }),
    maxContextLength: model.maxContextLength,
    format: file.format,
    ...(model.type !== 'embedding' &&
      model.capabilities !== false && {
        capabilities: {
          vision: model.vision ?? false,
          toolUse: model.toolUse ?? false,
          ...(model.reasoning && { reasoning: model.reasoning }),
        },
      }),
    ...(model.type !== 'embedding' && model.description !== undefined && { description: model.description }),
    ...(model.decisionType !== undefined && { decisionType: model.decisionType }),
    ...(model.hasVisionAdapter !== undefined && { hasVisionAdapter: model.hasVisionAdapter }),
    ...(model.unreadFields && { unreadFields: model.unreadFields }),
    ...(model.loadDefaults && { loadDefaults: model.loadDefaults }),
  };
}
