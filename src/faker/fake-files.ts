import type { Faker } from './fresh-faker.js';
import type { FileChoice } from '../simulator/catalog.js';
import { estimateBytes, usualQuantizations } from '../simulator/quantization.js';
import type { Release } from './fake-lineage.js';

type Format = FileChoice['format'];

/** The parameters of a vision model's projector, which stays at 16 bits in every quantization of the model. */
const PROJECTOR_PARAMETERS = 420e6;

/** Creates the files of a release: GGUF first if there are any, with the usual quantization first among them. */
export function fakeFiles(faker: Faker, release: Release): FileChoice[] {
  const formats = faker.helpers.weightedArrayElement<readonly Format[]>([
    { weight: 5, value: ['gguf', 'mlx'] },
    { weight: 4, value: ['gguf'] },
    { weight: 1, value: ['mlx'] },
  ]);
  // The same factor for all files, so that of two quantizations the one with more bits is larger.
  const stray = faker.number.float({ min: 0.97, max: 1.05 });
  const pack = (format: Format, repo: string, quantization: string): FileChoice => ({
    repo,
    format,
    quantization,
    sizeBytes: Math.round(
      estimateBytes(release.parameters, quantization) * stray +
        (release.kind === 'vision' ? estimateBytes(PROJECTOR_PARAMETERS, 'F16') : 0),
    ),
  });
  return formats.flatMap((format) =>
    format === 'gguf' ? packGguf(faker, release, pack) : packMlx(faker, release, pack),
  );
}

type Pack = (format: Format, repo: string, quantization: string) => FileChoice;

function packGguf(faker: Faker, { kind, publisher, name }: Release, pack: Pack): FileChoice[] {
  const packer = faker.helpers.arrayElement(['lmstudio-community', publisher]);
  const usual = kind === 'embedding' ? 'F16' : 'Q4_K_M';
  const others = usualQuantizations.filter((quantization) => quantization !== usual);
  const chosen = faker.helpers.arrayElements(others, { min: 1, max: 5 });
  return [usual, ...others.filter((quantization) => chosen.includes(quantization))].map((quantization) =>
    pack('gguf', `${packer}/${name}-GGUF`, quantization),
  );
}

/** Creates the MLX files. Unlike GGUF, each is in a repo of its own. */
function packMlx(faker: Faker, { name }: Release, pack: Pack): FileChoice[] {
  const quantizations = faker.helpers.arrayElement([['4bit'], ['4bit', '8bit'], ['4bit', '6bit', '8bit']]);
  return quantizations.map((quantization) => pack('mlx', `mlx-community/${name}-${quantization}`, quantization));
}
