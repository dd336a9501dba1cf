import { drawUnlike } from './draw-unlike.js';
import type { Faker } from './fresh-faker.js';

export type ModelKind = 'llm' | 'vision' | 'embedding';

/** A release of a publisher, before it is packed into files. */
export interface Release extends Family {
  /** The model's own name on Hugging Face, for instance `Argon-2.5-7B-Instruct`; unique, ignoring case. */
  name: string;
  /** For instance `7B`, or `30B-A3B` if only three of the thirty billion are active at a time. */
  params: string;
  parameters: number;
}

interface Family {
  kind: ModelKind;
  /** `owner` on Hugging Face, in its own case. */
  publisher: string;
  /** With its version, for instance `Argon-2.5`. */
  familyName: string;
  architecture: string;
  maxContextLength: number;
}

const usualParams: Record<ModelKind, readonly string[]> = {
  llm: ['0.6B', '1B', '1.7B', '3B', '4B', '7B', '8B', '12B', '14B', '20B', '27B', '30B-A3B', '32B', '70B', '120B-A12B'],
  vision: ['2B', '3B', '4B', '7B', '8B', '11B', '27B', '30B-A3B', '72B'],
  embedding: ['33M', '110M', '137M', '335M', '568M', '0.6B', '4B'],
};

const usualContexts: Record<ModelKind, readonly number[]> = {
  llm: [8_192, 32_768, 40_960, 131_072, 262_144],
  vision: [32_768, 131_072, 262_144],
  embedding: [512, 2_048, 8_192, 32_768],
};

/**
 * Draws releases one after another: publishers get families, families get sizes. Existing ones are drawn more often
 * than new ones, so that a few publishers have many models and many have few.
 */
export function createLineage(faker: Faker): () => Release {
  const families: Family[] = [];
  const familiesOf: Record<ModelKind, Family[]> = { llm: [], vision: [], embedding: [] };
  const publishers = new Set<string>();
  const names = new Set<string>();

  return () => {
    // Drawn once, and not again with each name: kinds with few names left would become rarer and rarer.
    const kind = drawKind();
    let family!: Family;
    let params!: string;
    const name = drawUnlike(names, () => {
      family = drawFamily(kind);
      params = faker.helpers.arrayElement(usualParams[kind]);
      return [family.familyName, params, ...drawSuffix(family)].join('-');
    });
    return { ...family, name, params, parameters: countParameters(params) };
  };

  function drawKind(): ModelKind {
    return faker.helpers.weightedArrayElement<ModelKind>([
      { weight: 70, value: 'llm' },
      { weight: 17, value: 'vision' },
      { weight: 13, value: 'embedding' },
    ]);
  }

  function drawFamily(kind: ModelKind): Family {
    const known = familiesOf[kind];
    if (known.length > 0 && faker.datatype.boolean(0.65)) return faker.helpers.arrayElement(known);
    const family = foundFamily(kind);
    families.push(family);
    known.push(family);
    return family;
  }

  function foundFamily(kind: ModelKind): Family {
    const word = drawWord();
    const version = faker.helpers.arrayElement(['', '-2', '-2.5', '-3', '-3.1', '-4']);
    return {
      kind,
      publisher: drawPublisher(),
      familyName: `${capitalise(word)}${version}${{ llm: '', vision: '-VL', embedding: '-Embed' }[kind]}`,
      architecture: `${word}${version.replace(/\D/g, '')}${kind === 'vision' ? 'vl' : ''}`,
      maxContextLength: faker.helpers.arrayElement(usualContexts[kind]),
    };
  }

  function drawPublisher(): string {
    if (families.length > 0 && faker.datatype.boolean(0.5)) return faker.helpers.arrayElement(families).publisher;
    return drawUnlike(publishers, () => {
      const house = faker.helpers.arrayElement(['Labs', 'AI', 'Research', 'Works', 'Models']);
      return `${capitalise(lettersOf(faker.word.adjective()))}-${house}`;
    });
  }

  function drawWord(): string {
    const draw = faker.helpers.weightedArrayElement([
      { weight: 5, value: () => faker.science.chemicalElement().name },
      { weight: 3, value: () => faker.animal.type() },
      { weight: 2, value: () => faker.word.noun() },
    ]);
    return lettersOf(draw());
  }

  function drawSuffix({ kind }: Family): string[] {
    if (kind !== 'llm') return [];
    return faker.helpers.weightedArrayElement([
      { weight: 4, value: ['Instruct'] },
      { weight: 2, value: [] },
      { weight: 1, value: ['Thinking'] },
      { weight: 1, value: ['Coder'] },
    ]);
  }
}

function countParameters(params: string): number {
  const [, count, unit] = /^([\d.]+)([BM])/.exec(params)!;
  return Number(count) * (unit === 'M' ? 1e6 : 1e9);
}

/** Keeps only lower-case letters, which both a catalog id and an architecture accept. */
function lettersOf(text: string): string {
  return text.toLowerCase().replace(/[^a-z]/g, '');
}

function capitalise(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
