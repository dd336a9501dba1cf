import type { Catalog } from '../simulator/catalog.js';
import { fakeModel } from './fake-model.js';
import { createLineage } from './fake-lineage.js';
import { createFaker } from './fresh-faker.js';

/** Which models are made, and how many. */
export interface FakeCatalogOptions {
  /**
   * The same seed makes the same models, as long as @faker-js/faker stays the same. Models do not depend on the size: a
   * smaller catalog is the beginning of a larger one.
   */
  seed?: string | number;
  /** The number of models; up to 100 000, which take some seconds. */
  size: number;
}

const LARGEST = 100_000;

/**
 * Creates a catalog of made-up models: language, vision and embedding models of made-up publishers and families, as
 * GGUF and MLX, in several quantizations, with sizes that fit their parameters. A few have no file that LM Studio can
 * run. Every id, repo and key is unique.
 * @throws RangeError for a size that is not a whole number from 0 to 100 000
 */
export function fakeCatalog({ seed = 'modeldock', size }: FakeCatalogOptions): Catalog {
  if (!(Number.isInteger(size) && size >= 0 && size <= LARGEST)) {
    throw new RangeError(
      `Cannot fake a catalog of this size: expected a whole number from 0 to ${LARGEST}, found ${String(size)}.`,
    );
  }
  const faker = createFaker(seed);
  const nextRelease = createLineage(faker);
  return Array.from({ length: size }, (_, index) => fakeModel(faker, nextRelease(), { runnable: index === 0 }));
}
