import type { HubFault, RepoDescription } from '../../../src/hub/index.js';

const KiB = 1024;

/** A model as a hub has it; every fault is tried on each. */
export interface Shape {
  title: string;
  repo: RepoDescription;
  owner: string;
  name: string;
  quantization: string;
  /** Those of the model, by path. */
  sizes: Readonly<Record<string, number>>;
}

/** Two commits, `main` on the first: the second has other bytes under the same names. */
function shapeOf(title: string, name: string, sizes: Shape['sizes']): Shape {
  const files = Object.entries(sizes).map(([path, size]) => ({ path, size, storage: 'lfs' as const }));
  return {
    title,
    ...{ owner: 'matrix', name, quantization: 'Q4_K_M', sizes },
    repo: {
      id: `matrix/${name}`,
      commits: [
        { title: 'Upload the model', files },
        { title: 'Another imatrix', files: files.map((file) => ({ ...file, variant: 'second' })) },
      ],
      branches: { main: 0 },
    },
  };
}

/** No two files of one size, none of them whole segments. */
export const shapes: readonly Shape[] = [
  shapeOf('one file', 'one-GGUF', { 'one-Q4_K_M.gguf': 3000 * KiB + 321 }),
  shapeOf('shards and a projector', 'split-GGUF', {
    'split-Q4_K_M-00001-of-00002.gguf': 1500 * KiB + 77,
    'split-Q4_K_M-00002-of-00002.gguf': 1300 * KiB + 1234,
    'mmproj-split-f16.gguf': 600 * KiB + 5,
  }),
];

/** The file that is fired by what happens at a byte: it has that byte. */
export function largestOf({ sizes }: Shape): { path: string; size: number } {
  const [path, size] = Object.entries(sizes).sort(([, one], [, other]) => other - one)[0]!;
  return { path, size };
}

export function totalOf({ sizes }: Shape): number {
  return Object.values(sizes).reduce((sum, size) => sum + size, 0);
}

/** `fault`, for that file only. */
export function onFile(path: string, fault: HubFault): HubFault {
  return { ...fault, when: { ...fault.when, file: path } };
}
