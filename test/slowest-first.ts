import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Where the files lie that take longest, the slowest first. */
const SLOWEST = [
  'package/',
  'setup/start',
  'real/fault-matrix/',
  'real/crashes/',
  'real/faces/',
  'browser/',
  'server/',
  'faker/',
  'openapi/',
  'real/engine/',
  'control/properties',
  'docs/',
];

/** Begins with the files that take longest, so that no worker is left with one of them at the end. */
export class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const found = SLOWEST.findIndex((place) => moduleId.includes(`/test/${place}`));
      return found === -1 ? SLOWEST.length : found;
    };
    return files.sort((one, other) => rank(one) - rank(other));
  }
}
