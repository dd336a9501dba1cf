import { describe, expect, it } from 'vitest';
import { CatalogError, createDock, parseCatalog } from '../../src/index.js';

const file = { repo: 'shop/Model-GGUF', format: 'gguf', quantization: 'Q4_K_M', sizeBytes: 700 };
const model = { displayName: 'Model', type: 'llm', architecture: 'llama', maxContextLength: 4096, files: [file] };

const wrong: [what: string, catalog: unknown, ...faults: string[]][] = [
  [
    'an object without models',
    { some: [] },
    'models: expected an array, found nothing',
    'some: expected no key of this name, found []',
  ],
  ['a name', ['ibm/granite-4-micro'], '[0]: expected an object, found "ibm/granite-4-micro"'],
  [
    'a model of nothing',
    [{}],
    '[0].displayName: expected a text, found nothing',
    '[0].type: expected one of "llm", "embedding", "decision", found nothing',
    '[0].architecture: expected a text, found nothing',
    '[0].maxContextLength: expected a number, found nothing',
    '[0].files: expected an array, found nothing',
  ],
  [
    'an id in capitals',
    [{ ...model, id: 'Shop/Model' }],
    '[0].id: expected owner/name, lower-case, found "Shop/Model"',
  ],
  ['an empty name', [{ ...model, displayName: '' }], '[0].displayName: expected some text, found ""'],
  [
    'a file without an owner',
    [{ ...model, files: [{ ...file, repo: 'Model' }] }],
    '[0].files[0].repo: expected owner/repo, found "Model"',
  ],
  [
    'another format',
    [{ ...model, files: [{ ...file, format: 'onnx' }] }],
    '[0].files[0].format: expected one of "gguf", "mlx", found "onnx"',
  ],
  [
    'an empty file',
    [{ ...model, files: [{ ...file, sizeBytes: 0 }] }],
    '[0].files[0].sizeBytes: expected a number above 0, found 0',
  ],
  [
    'a size in words',
    [{ ...model, files: [{ ...file, sizeBytes: '7 GB' }] }],
    '[0].files[0].sizeBytes: expected a number, found "7 GB"',
  ],
  [
    'a size beyond all disks',
    [{ ...model, files: [{ ...file, sizeBytes: 1e300 }] }],
    '[0].files[0].sizeBytes: expected a number of at most 9007199254740991, found 1e+300',
  ],
  ['an unknown key', [{ ...model, size: 7 }], '[0].size: expected no key of this name, found 7'],
  [
    'an incompatible repo by a link',
    [{ ...model, incompatibleRepos: ['https://huggingface.co/a/b'] }],
    '[0].incompatibleRepos[0]: expected owner/repo, found "https://huggingface.co/a/b"',
  ],
  [
    'two models of one id',
    [
      { ...model, id: 'a/b' },
      { ...model, id: 'a/b', files: [] },
    ],
    '[1].id: expected another name than a/b, which [0].id has',
  ],
  [
    'two files of one quantization',
    [{ ...model, files: [file, { ...file, repo: 'SHOP/model-gguf' }] }],
    '[0].files[1]: expected another name than shop/model-gguf@q4_k_m, which [0].files[0] has',
  ],
];

describe('a catalog that cannot be used', () => {
  it.each(wrong)('is refused with the path and what was expected there: %s', (_what, catalog, ...faults) => {
    let refusal: unknown;
    try {
      parseCatalog(catalog);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(CatalogError);
    expect((refusal as CatalogError).message.split('\n')).toEqual([
      'Cannot use this catalog:',
      ...faults.map((fault) => `  ${fault}`),
    ]);
  });

  it('is refused when a dock is opened', () => {
    expect(() => createDock({ catalog: [{ ...model, type: 'image' as 'llm', files: [] }] })).toThrow(
      '[0].type: expected one of "llm", "embedding", "decision", found "image"',
    );
  });
});
