import type { DownloadRequest, ModelReference } from '../core/engine.js';
import { RefusedError } from '../core/errors.js';
import { fractionAt, hashText } from '../core/random.js';
import type { InstalledModel } from '../core/shelf.js';
import type { Catalog, CatalogModel, FileChoice } from './catalog.js';
import { findMagic, MAGIC_BYTES, MAGIC_OWNER, type Magic } from './magic.js';
import { estimateBytes, nominalBits, usualQuantizations } from './quantization.js';

/** What a download request comes to. */
export interface Offer {
  /** The identity of the model: two requests with the same one share a job. */
  model: string;
  totalBytes: number;
  /** The model as it is listed once it is there. */
  installs: InstalledModel;
  /** Only for identifiers under `simulate/`. */
  magic: Magic | undefined;
}

export interface Offers {
  /** @throws RefusedError model_not_found, no_compatible_option, catalog_quantization */
  find(request: DownloadRequest): Offer;
  /** What is there from the start. */
  readonly preinstalled: readonly Offer[];
}

type HuggingFaceReference = Extract<ModelReference, { source: 'huggingface' }>;

/** @param seed decides the size of repos that the catalog does not know */
export function createOffers(catalog: Catalog, seed: string): Offers {
  const byId = new Map<string, CatalogModel>();
  const byRepo = new Map<string, { model: CatalogModel; files: FileChoice[] }>();
  for (const model of catalog) {
    if (model.id !== undefined) byId.set(model.id, model);
    for (const repo of model.incompatibleRepos ?? []) byRepo.set(repo.toLowerCase(), { model, files: [] });
    for (const file of model.files) {
      const known = byRepo.get(file.repo.toLowerCase());
      if (known?.model === model) known.files.push(file);
      else byRepo.set(file.repo.toLowerCase(), { model, files: [file] });
    }
  }

  return {
    find: ({ model, quantization }) =>
      model.source === 'catalog' ? fromCatalog(model.id, quantization) : fromHuggingFace(model, quantization),
    preinstalled: catalog
      .filter(({ installed, files }) => installed === true && files.length > 0)
      .map((model) => (model.id === undefined ? repoOffer(model, model.files[0]!) : catalogOffer(model.id, model))),
  };

  function fromCatalog(id: string, quantization: string | undefined): Offer {
    if (quantization !== undefined) {
      throw new RefusedError('catalog_quantization', id, `Cannot choose a quantization of the catalog model ${id}.`);
    }
    const magic = id.startsWith(`${MAGIC_OWNER}/`) ? findMagic(id.slice(MAGIC_OWNER.length + 1)) : undefined;
    const model = magic ? magicModel(id) : byId.get(id);
    if (model === undefined || model.files.length === 0) {
      throw new RefusedError('model_not_found', id, `There is no model ${id} in the simulated catalog.`);
    }
    return catalogOffer(id, model, magic);
  }

  function fromHuggingFace({ owner, repo, url }: HuggingFaceReference, quantization: string | undefined): Offer {
    const name = `${owner}/${repo}`;
    const magic = owner.toLowerCase() === MAGIC_OWNER ? findMagic(repo) : undefined;
    if (owner.toLowerCase() === MAGIC_OWNER && magic === undefined) {
      throw new RefusedError('no_compatible_option', url, `There is no story called ${repo} under ${MAGIC_OWNER}/.`);
    }
    const { model, files } = magic ? wholeOf(magicModel(name)) : (known(name) ?? wholeOf(inventRepo(owner, repo)));
    const file =
      quantization === undefined
        ? files[0]
        : files.find((choice) => choice.quantization.toLowerCase() === quantization.toLowerCase());
    if (file === undefined) {
      const choices = files.map((choice) => choice.quantization);
      throw new RefusedError('no_compatible_option', url, `Cannot find ${quantization ?? 'a usable file'} in ${url}.`, {
        choices,
      });
    }
    return repoOffer(model, file, magic);
  }

  function known(repo: string): { model: CatalogModel; files: FileChoice[] } | undefined {
    return byRepo.get(repo.toLowerCase());
  }

  function inventRepo(owner: string, repo: string): CatalogModel {
    const name = `${owner}/${repo}`;
    const seeded = hashText(`${seed}/${name.toLowerCase()}`);
    const size = /(?:^|[-_])(\d+(?:\.\d+)?)([bm])(?=$|[-_])/i.exec(repo);
    const unit = size?.[2]?.toLowerCase() === 'm' ? 1e6 : 1e9;
    const parameters = size
      ? Number(size[1]) * unit
      : [1, 3, 4, 7, 8, 14][Math.floor(fractionAt(seeded, 0) * 6)]! * 1e9;
    const mlxBits = /mlx|mlx-community/i.test(name) ? (/(\d+)bit/i.exec(repo)?.[0].toLowerCase() ?? '4bit') : undefined;
    const quantizations =
      mlxBits === undefined ? ['Q4_K_M', ...usualQuantizations.filter((each) => each !== 'Q4_K_M')] : [mlxBits];
    const stray = 0.97 + 0.06 * fractionAt(seeded, 1);
    const files = quantizations.map((quantization): FileChoice => ({
      repo: name,
      format: mlxBits === undefined ? 'gguf' : 'mlx',
      quantization,
      sizeBytes: Math.round(estimateBytes(parameters, quantization) * stray),
    }));
    return {
      displayName: repo.replace(/-GGUF$/i, '').replaceAll(/[-_]+/g, ' '),
      type: /embed|bge|e5-/i.test(repo) ? 'embedding' : 'llm',
      architecture: /^[a-z]+/i.exec(repo)?.[0].toLowerCase() ?? 'llama',
      ...(size && { params: `${size[1]!}${size[2]!.toUpperCase()}` }),
      maxContextLength: 32_768,
      vision: /-vl(?=$|[-_])|vision|llava/i.test(repo),
      files,
    };
  }
}

function wholeOf(model: CatalogModel): { model: CatalogModel; files: FileChoice[] } {
  return { model, files: model.files };
}

function magicModel(name: string): CatalogModel {
  return {
    displayName: `Simulated: ${name.slice(name.indexOf('/') + 1)}`,
    type: 'llm',
    architecture: 'llama',
    params: '1B',
    maxContextLength: 8_192,
    files: [{ repo: name, format: 'gguf', quantization: 'Q4_K_M', sizeBytes: MAGIC_BYTES }],
  };
}

function catalogOffer(id: string, model: CatalogModel, magic?: Magic): Offer {
  const file = model.files[0]!;
  const [publisher, name] = id.split('/') as [string, string];
  const key = model.type === 'embedding' ? `text-embedding-${name}` : id;
  const variant = `${key}@${file.quantization.toLowerCase()}`;
  return {
    model: id,
    totalBytes: file.sizeBytes,
    installs: { ...describe(model, file, key, publisher), variants: [variant], selectedVariant: variant },
    magic,
  };
}

function repoOffer(model: CatalogModel, file: FileChoice, magic?: Magic): Offer {
  const [publisher, repo] = file.repo.split('/') as [string, string];
  const label = `-${file.quantization.toLowerCase()}`;
  const bare = repo.toLowerCase().replace(/-gguf$/, '');
  const stem = bare.endsWith(label) ? bare.slice(0, -label.length) : bare;
  const key = model.type === 'embedding' ? `text-embedding-${stem}` : stem;
  return {
    model: `${file.repo}@${file.quantization}`.toLowerCase(),
    totalBytes: file.sizeBytes,
    installs: describe(model, file, key, publisher),
    magic,
  };
}

function describe(model: CatalogModel, file: FileChoice, key: string, publisher: string): InstalledModel {
  return {
    key,
    type: model.type,
    publisher,
    displayName: model.displayName,
    ...(model.type === 'llm' && { architecture: model.architecture }),
    quantization: { name: file.quantization, bitsPerWeight: nominalBits(file.quantization) },
    sizeBytes: file.sizeBytes,
    ...(model.params !== undefined && { params: model.params }),
    maxContextLength: model.maxContextLength,
    format: file.format,
    ...(model.type === 'llm' && {
      capabilities: {
        vision: model.vision ?? false,
        toolUse: model.toolUse ?? false,
        ...(model.reasoning && { reasoning: model.reasoning }),
      },
    }),
    ...(model.type === 'llm' && model.description !== undefined && { description: model.description }),
  };
}
