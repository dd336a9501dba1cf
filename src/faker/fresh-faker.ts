// Imports English only: the package's main entry would load every language, which takes 100 ms and 92 MB.
import { faker as shared } from '@faker-js/faker/locale/en';

export type Faker = typeof shared;

/**
 * Creates a generator of its own. The package's shared one is not used, so that other users of it keep their sequence.
 */
export function createFaker(seed: string | number): Faker {
  const FreshFaker = shared.constructor as new (options: { locale: Faker['rawDefinitions'] }) => Faker;
  const faker = new FreshFaker({ locale: shared.rawDefinitions });
  const text = String(seed);
  // With the length an empty text is still a seed; an empty array would not be one.
  faker.seed([text.length, ...Array.from(text, (character) => character.codePointAt(0)!)]);
  return faker;
}
