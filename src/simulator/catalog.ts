import * as z from 'zod/mini';
import { describeIssues } from '../core/issues.js';

const text = z.string().check(z.minLength(1));
const count = z.number().check(z.int(), z.positive());

/** `owner/repo` on Hugging Face, in its own case. */
const repo = z.string().check(z.regex(/^[\w.-]+\/[\w.-]+$/, 'owner/repo'));

/** Further settings of a loaded instance, in LM Studio's spelling. */
export const loadDefaultsSchema = z.record(text, z.union([z.string(), z.number(), z.boolean()]));

const fileChoice = z.strictObject({
  repo,
  format: z.enum(['gguf', 'mlx']),
  quantization: text,
  sizeBytes: count,
});

const catalogModel = z.strictObject({
  /** The name in LM Studio's catalog; absent for a model that only Hugging Face has. */
  id: z.optional(
    z.string().check(z.regex(/^[a-z0-9]+(-[a-z0-9]+)*\/[a-z0-9.]+(-[a-z0-9.]+)*$/, 'owner/name, lower-case')),
  ),
  displayName: text,
  type: z.enum(['llm', 'embedding', 'decision']),
  architecture: text,
  /** A mixture of experts: its instances show how many are used. */
  mixtureOfExperts: z.optional(z.literal(true)),
  params: z.optional(text),
  maxContextLength: count,
  vision: z.optional(z.boolean()),
  toolUse: z.optional(z.boolean()),
  reasoning: z.optional(z.strictObject({ options: z.array(text).check(z.minLength(1)), preset: text })),
  description: z.optional(z.string()),
  /** `false` lists it without capabilities, as LM Studio does with some models. */
  capabilities: z.optional(z.literal(false)),
  /** Only for the type `decision`. */
  decisionType: z.optional(text),
  hasVisionAdapter: z.optional(z.boolean()),
  /** Fields that are listed as null. */
  unreadFields: z.optional(z.array(z.enum(['architecture', 'maxContextLength', 'quantization']))),
  /** Further settings of its instances, in LM Studio's spelling. */
  loadDefaults: z.optional(loadDefaultsSchema),
  /** The files that can be downloaded; the first is taken without a request for a quantization. None: no GGUF and no MLX. */
  files: z.array(fileChoice),
  /** Repos that have this model in formats LM Studio cannot run. */
  incompatibleRepos: z.optional(z.array(repo)),
  /** There from the start. */
  installed: z.optional(z.boolean()),
});

export const catalogSchema = z.array(catalogModel);

/** A model that can be "downloaded", and the files it comes in. */
export type CatalogModel = z.infer<typeof catalogModel>;
export type FileChoice = z.infer<typeof fileChoice>;
export type Catalog = readonly CatalogModel[];

/** A catalog that cannot be used; the message names each wrong value by its path, and what was expected there. */
export class CatalogError extends Error {
  override readonly name = 'CatalogError';
}

/**
 * Checks a catalog that came from outside.
 * @throws CatalogError
 */
export function parseCatalog(input: unknown): Catalog {
  const result = catalogSchema.safeParse(input);
  if (!result.success) refuse(describeIssues(result.error.issues, input, 'the catalog'));
  const repetitions = findRepetitions(result.data);
  if (repetitions.length > 0) refuse(repetitions.map((line) => `  ${line}`).join('\n'));
  return result.data;
}

function refuse(faults: string): never {
  throw new CatalogError(`This catalog cannot be used:\n${faults}`);
}

/** What no schema can say: one name stands for one download. */
function findRepetitions(catalog: Catalog): string[] {
  const paths = new Map<string, string>();
  const faults: string[] = [];
  for (const [index, { id, files }] of catalog.entries()) {
    if (id !== undefined) note(id, `[${index}].id`);
    for (const [place, { repo, quantization }] of files.entries()) {
      note(`${repo}@${quantization}`.toLowerCase(), `[${index}].files[${place}]`);
    }
  }
  return faults;

  function note(name: string, path: string): void {
    const earlier = paths.get(name);
    if (earlier === undefined) paths.set(name, path);
    else faults.push(`${path}: expected another name than ${name}, which ${earlier} has`);
  }
}
