import { describeIssues } from '../core/issues.js';
import type { LoadDefaults, ModelType, UnreadField } from '../core/model-library.js';
import { withoutSchemaLine } from '../core/schema-line.js';
import { catalogFileSchema, catalogSchema } from './catalog-schema.js';

/** The models that can be "downloaded". */
export type Catalog = readonly CatalogModel[];

/** A catalog as it stands in a file that names its JSON Schema. */
export interface CatalogFile {
  /** For editors, for instance `./node_modules/modeldock/dist/schemas/catalog.json`. */
  $schema?: string | undefined;
  models: Catalog;
}

/**
 * A model that can be "downloaded", and the files it comes in.
 * @example
 * const rocket: CatalogModel = {
 *   id: 'acme/rocket-8b',
 *   displayName: 'Rocket 8B',
 *   type: 'llm',
 *   architecture: 'llama',
 *   maxContextLength: 32_768,
 *   files: [{ repo: 'acme/Rocket-8B-GGUF', format: 'gguf', quantization: 'Q4_K_M', sizeBytes: 4_920_000_000 }],
 * };
 * const dock = createDock({ catalog: [rocket] });
 */
export interface CatalogModel {
  /** The name in LM Studio's catalog, `owner/name` in lower case; absent for a model that only Hugging Face has. */
  id?: string | undefined;
  displayName: string;
  type: ModelType;
  /** For instance `llama`. */
  architecture: string;
  /** Set for a mixture of experts: its instances show how many experts are used. */
  mixtureOfExperts?: true | undefined;
  /** For instance `8B`. */
  params?: string | undefined;
  /** In tokens. */
  maxContextLength: number;
  /** Whether it reads images; `false` by default. */
  vision?: boolean | undefined;
  /** Whether it was trained to use tools; `false` by default. */
  toolUse?: boolean | undefined;
  /** The levels of reasoning that can be asked for, and the one that is used without being asked for. */
  reasoning?: { options: string[]; preset: string } | undefined;
  description?: string | undefined;
  /** `false` lists it without capabilities, as LM Studio lists some models. */
  capabilities?: false | undefined;
  /** Only for the type `decision`. */
  decisionType?: string | undefined;
  hasVisionAdapter?: boolean | undefined;
  /** Fields that are listed as null. */
  unreadFields?: UnreadField[] | undefined;
  /** Further settings of its instances, in LM Studio's spelling. */
  loadDefaults?: LoadDefaults | undefined;
  /** The files that can be downloaded; the first is the default. Empty means that there is no GGUF and no MLX. */
  files: FileChoice[];
  /** Repos that have this model in formats LM Studio cannot run, `owner/repo`. */
  incompatibleRepos?: string[] | undefined;
  /** There from the start; `false` by default. */
  installed?: boolean | undefined;
}

/** A file that a model comes in. */
export interface FileChoice {
  /** `owner/repo` on Hugging Face, in its own case. */
  repo: string;
  format: 'gguf' | 'mlx';
  /** For instance `Q4_K_M`, `4bit`. */
  quantization: string;
  sizeBytes: number;
}

/** An error about an invalid catalog; the message names each wrong value by its path, and what was expected there. */
export class CatalogError extends Error {
  override readonly name = 'CatalogError';
}

/**
 * Checks a catalog that comes from outside: a list of models, or an object with `models`.
 * @throws CatalogError
 */
export function parseCatalog(input: unknown): Catalog {
  const given = withoutSchemaLine(input);
  const isFile = typeof given === 'object' && given !== null && !Array.isArray(given);
  const result = (isFile ? catalogFileSchema : catalogSchema).safeParse(given);
  if (!result.success) refuse(describeIssues(result.error.issues, given, 'the catalog'));
  const models = 'models' in result.data ? result.data.models : result.data;
  const repetitions = findRepetitions(models, isFile ? 'models' : '');
  if (repetitions.length > 0) refuse(repetitions.map((line) => `  ${line}`).join('\n'));
  return models;
}

function refuse(faults: string): never {
  throw new CatalogError(`Cannot use this catalog:\n${faults}`);
}

/** Finds names that occur twice, which a schema cannot express: one name means one download. */
function findRepetitions(catalog: Catalog, root: string): string[] {
  const paths = new Map<string, string>();
  const faults: string[] = [];
  for (const [index, { id, files }] of catalog.entries()) {
    if (id !== undefined) note(id, `${root}[${index}].id`);
    for (const [place, { repo, quantization }] of files.entries()) {
      note(`${repo}@${quantization}`.toLowerCase(), `${root}[${index}].files[${place}]`);
    }
  }
  return faults;

  function note(name: string, path: string): void {
    const earlier = paths.get(name);
    if (earlier === undefined) paths.set(name, path);
    else faults.push(`${path}: expected another name than ${name}, which ${earlier} has`);
  }
}
