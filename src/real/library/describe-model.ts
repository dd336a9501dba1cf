import { join } from 'node:path';
import { catalogModelKey, repoModelKey } from '../../core/model-key.js';
import type { InstalledModel } from '../../core/model-library.js';
import type { FileLayer } from '../file-layer.js';
import { quantizationLabel } from '../../core/model-file-kind.js';
import { nominalBits } from '../../core/quantization.js';
import type { FoundFile, FoundModel } from './find-models.js';
import { isSameFile } from './fingerprint.js';
import { createHeaderCache } from './header-cache.js';
import { createGgufReader, type GgufFacts } from './read-gguf.js';
import { readMlx, type MlxFacts } from './read-mlx.js';
import type { ModelRecord } from './records.js';

/** An installed model. */
export interface DescribedModel {
  found: FoundModel;
  /** The record of the model, if its files are unchanged. */
  record?: ModelRecord;
  /** The key is that of LM Studio's rules; another model may have the same. */
  model: InstalledModel;
  /** Milliseconds since the epoch. */
  since: number;
}

export interface ModelReader {
  /** Undefined for files that turn out not to be a model, or not to be readable. */
  describe(found: FoundModel, records: readonly ModelRecord[]): Promise<DescribedModel | undefined>;
  /** Saves what was read, for the next start. @param found all files in a models folder */
  save(root: string, found: readonly FoundModel[]): Promise<void>;
}

/** Matches `7B` in `Qwen2.5-7B-Instruct`, `360M` in `SmolLM2-360M`, `8x7B`. */
const SIZE_IN_NAME = /(?:^|[-_ ])((?:\d+x)?\d+(?:\.\d+)?[bm])(?=$|[-_. ])/i;

/** Creates a reader of headers, which reads each one once as long as its file is unchanged. */
export function createModelReader(files: FileLayer, onWarning: (text: string) => void): ModelReader {
  const headers = createGgufReader();
  const cache = createHeaderCache(files, onWarning);
  const ggufs = remember(async ({ root, ...file }: FoundFile & { root: string }, path: string) => {
    const before = await cache.find(root, path, file);
    if (before) return before;
    const facts = await headers.read(path, file.size);
    await cache.add(root, path, file, facts);
    return facts;
  });
  const mlxs = remember(({ names }: FoundFile & { names: ReadonlySet<string> }, folder: string) =>
    readMlx(files, folder, names),
  );

  return {
    async describe(found, records) {
      const { folder, main, format } = found;
      const record = records.find((each) => isRecordOf(each, found));
      const parts = { found, record, since: record?.recordedAt ?? main.mtimeMs };
      if (format === 'gguf') {
        const facts = await ggufs(join(folder, main.path), { ...main, root: found.root }, stampOf([main]));
        if (!facts || (facts.kind !== 'model' && facts.kind !== 'embedding')) return undefined;
        // Only the first shard has the size; the publisher's label is as good as a count.
        const isCounted = found.files.length === 1;
        return describe(parts, ggufModel(found, record, facts, isCounted));
      }
      const names = new Set(found.files.map(({ path }) => path));
      const facts = await mlxs(folder, { ...main, names }, stampOf(found.files));
      return facts && describe(parts, mlxModel(found, record, facts));
    },
    save: (root, found) => cache.save(root, new Set(found.map(({ folder, main }) => join(folder, main.path)))),
  };

  function remember<File extends FoundFile, Facts>(
    read: (file: File, path: string) => Promise<Facts | undefined>,
  ): (path: string, file: File, stamp: string) => Promise<Facts | undefined> {
    const known = new Map<string, { stamp: string; facts: Promise<Facts | undefined> }>();
    return (path, file, stamp) => {
      const before = known.get(path);
      if (before?.stamp === stamp) return before.facts;
      const facts = read(file, path).catch((error: unknown) => {
        onWarning(`Cannot list ${path}: ${error instanceof Error ? error.message : String(error)}`);
        return undefined;
      });
      known.set(path, { stamp, facts });
      return facts;
    };
  }
}

/** Returns a text that changes when one of the files does. */
function stampOf(files: readonly FoundFile[]): string {
  return files.map(({ path, size, mtimeMs, inode }) => [path, size, mtimeMs, inode].join(':')).join('|');
}

/** Whether a record is about this model, and its main file is still the verified one. */
function isRecordOf(record: ModelRecord, { owner, repo, main }: FoundModel): boolean {
  const isSameRepo = `${record.owner}/${record.repo}`.toLowerCase() === `${owner}/${repo}`.toLowerCase();
  return isSameRepo && record.files.some((file) => file.path === main.path && isSameFile(file, main));
}

function describe(
  { found, record, since }: Omit<DescribedModel, 'model' | 'record'> & { record: ModelRecord | undefined },
  model: InstalledModel,
): DescribedModel {
  return { found, since, model, ...(record && { record }) };
}

function ggufModel(
  found: FoundModel,
  record: ModelRecord | undefined,
  facts: GgufFacts,
  isCounted: boolean,
): InstalledModel {
  const quantization = record?.quantization ?? quantizationLabel(found.main.path) ?? facts.quantization;
  const params = facts.sizeLabel ?? sizeInName(found.repo) ?? (isCounted ? inBillions(facts.parameters) : undefined);
  return compose(found, record, {
    type: facts.kind === 'embedding' ? 'embedding' : 'llm',
    architecture: facts.architecture,
    hasExperts: facts.hasExperts === true,
    displayName: facts.name,
    quantization:
      quantization === undefined ? undefined : { name: quantization, bitsPerWeight: nominalBits(quantization) },
    params,
    maxContextLength: facts.contextLength,
    capabilities: { vision: found.projector.length > 0, toolUse: facts.toolUse },
  });
}

function mlxModel(found: FoundModel, record: ModelRecord | undefined, facts: MlxFacts): InstalledModel {
  const { name, bits } = facts.quantization;
  return compose(found, record, {
    type: facts.isEmbedding ? 'embedding' : 'llm',
    architecture: facts.architecture,
    displayName: undefined,
    quantization: { name, bitsPerWeight: bits },
    params: sizeInName(found.repo) ?? inBillions(facts.parameters ?? 0),
    maxContextLength: facts.contextLength,
    capabilities: { vision: facts.vision, toolUse: facts.toolUse },
  });
}

interface Described {
  type: InstalledModel['type'];
  architecture: string;
  hasExperts?: boolean;
  displayName: string | undefined;
  quantization: InstalledModel['quantization'] | undefined;
  params: string | undefined;
  maxContextLength: number;
  capabilities: NonNullable<InstalledModel['capabilities']>;
}

function compose(found: FoundModel, record: ModelRecord | undefined, facts: Described): InstalledModel {
  const { format } = found;
  // The hub's spelling: a folder may differ from it in case.
  const { owner, repo } = record ?? found;
  const { type, quantization } = facts;
  const sizes = [...found.files, ...found.projector];
  return {
    ...identityOf({ owner, repo, format }, record?.catalogId, facts),
    type,
    displayName: facts.displayName ?? repo.replace(/-GGUF$/i, '').replaceAll(/[-_]+/g, ' '),
    ...(facts.architecture !== '' && { architecture: facts.architecture }),
    ...(facts.hasExperts && { mixtureOfExperts: true }),
    ...(quantization && { quantization }),
    sizeBytes: sizes.reduce((sum, { size }) => sum + size, 0),
    ...(facts.params !== undefined && { params: facts.params }),
    maxContextLength: facts.maxContextLength,
    format,
    ...(type === 'llm' && { capabilities: facts.capabilities }),
  };
}

/** Returns the identity of a model: a catalog model has its name there and variants; any other has its repo. */
function identityOf(
  { owner, repo, format }: Pick<FoundModel, 'owner' | 'repo' | 'format'>,
  catalogId: string | undefined,
  { type, quantization }: Described,
): Pick<InstalledModel, 'key' | 'publisher' | 'variants' | 'selectedVariant'> {
  if (catalogId === undefined) return { key: repoModelKey(repo, quantization?.name, type), publisher: owner };
  const key = catalogModelKey(catalogId, type);
  const variant = `${key}@${quantization?.name.toLowerCase() ?? format}`;
  return { key, publisher: catalogId.split('/')[0] ?? owner, variants: [variant], selectedVariant: variant };
}

function sizeInName(repo: string): string | undefined {
  return SIZE_IN_NAME.exec(repo)?.[1]?.toUpperCase().replace('X', 'x');
}

/** Formats `7.6B`, `360M`; undefined if the parameters were not counted. */
function inBillions(parameters: number): string | undefined {
  if (parameters <= 0) return undefined;
  const [value, unit] = parameters >= 1e9 ? [parameters / 1e9, 'B'] : [parameters / 1e6, 'M'];
  return `${value >= 10 || unit === 'M' ? Math.max(1, Math.round(value)) : Number(value.toFixed(1))}${unit}`;
}
