// The package's main entry would load every language there is: 100 ms and 92 MB.
import { faker as shared } from '@faker-js/faker/locale/en';

export type Faker = typeof shared;

/** A generator of its own. The package's shared one is never drawn from: whoever else uses it keeps his sequence. */
export function createFaker(seed: string | number): Faker {
  const FreshFaker = shared.constructor as new (options: { locale: Faker['rawDefinitions'] }) => Faker;
  const faker = new FreshFaker({ locale: shared.rawDefinitions });
  const text = String(seed);
  // The length keeps the empty text from being an empty seed, which would be no seed.
  faker.seed([text.length, ...Array.from(text, (character) => character.codePointAt(0)!)]);
  return faker;
}
