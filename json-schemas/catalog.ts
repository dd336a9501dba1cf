import { catalogModelSchema, catalogSchema } from '../src/simulator/catalog-schema.js';
import type { JsonSchema, Notes } from './annotate.js';
import { describeInput, withSchemaLine } from './describe-input.js';

export const modelNotes: Notes = {
  model: {
    description: 'A model that can be downloaded in a simulation.',
    examples: [
      {
        id: 'acme/rocket-7b',
        displayName: 'Rocket 7B',
        type: 'llm',
        architecture: 'llama',
        maxContextLength: 8192,
        files: [{ repo: 'acme/Rocket-7B-GGUF', format: 'gguf', quantization: 'Q4_K_M', sizeBytes: 4_370_000_000 }],
      },
    ],
  },
  'model.id': {
    description: "The name in LM Studio's catalog; left out for a model that only Hugging Face has.",
    examples: ['acme/rocket-7b'],
  },
  'model.displayName': { description: 'The name for people.', examples: ['Rocket 7B'] },
  'model.type': '`llm` chats, `embedding` embeds, `decision` is the rare third type.',
  'model.architecture': { description: 'As the header of a GGUF file names it.', examples: ['llama', 'qwen3'] },
  'model.mixtureOfExperts': 'The model is a mixture of experts: its instances show how many of them are used.',
  'model.params': { description: 'How many parameters it has, as LM Studio writes it.', examples: ['7B', '30B-A3B'] },
  'model.maxContextLength': { description: 'The longest context, in tokens.', examples: [8192] },
  'model.vision': { description: 'Whether it takes images.', default: false },
  'model.toolUse': { description: 'Whether it was trained to call tools.', default: false },
  'model.reasoning': {
    description: 'How its reasoning can be set.',
    examples: [{ options: ['off', 'on'], preset: 'on' }],
  },
  'model.reasoning.options': 'The settings there are.',
  'model.reasoning.preset': 'The setting that is taken without a choice.',
  'model.description': 'What the model is, for people.',
  'model.capabilities': '`false` lists the model without capabilities, as LM Studio does with some models.',
  'model.decisionType': 'The kind of decision; only for the type `decision`.',
  'model.hasVisionAdapter': 'Whether a vision adapter lies beside the model.',
  'model.unreadFields': 'Fields that are listed as null, as of a file that LM Studio cannot read.',
  'model.loadDefaults': {
    description: "Further settings of a loaded instance, in LM Studio's spelling.",
    examples: [{ num_experts: 8 }],
  },
  'model.files':
    'The files that can be downloaded; the first is taken without a choice. None: the model has no GGUF and no MLX file.',
  'model.files[].repo': {
    description: 'The repo on Hugging Face, `owner/name` in its own case.',
    examples: ['acme/Rocket-7B-GGUF'],
  },
  'model.files[].format': 'The format of the file.',
  'model.files[].quantization': { description: 'As it is asked for.', examples: ['Q4_K_M', '4bit'] },
  'model.files[].sizeBytes': { description: 'The size, in bytes.', examples: [4_370_000_000] },
  'model.incompatibleRepos': 'Repos that have this model in formats that LM Studio cannot run.',
  'model.installed': { description: 'Whether the model is there from the start.', default: false },
};

export const definitions = { model: catalogModelSchema };

/** The keywords of an object with `models`, beside those of the list. */
function besideTheList(list: JsonSchema): JsonSchema {
  return {
    ...list,
    ...withSchemaLine({
      properties: { models: { description: 'The models there are.', type: 'array', items: { $ref: '#/$defs/model' } } },
      required: ['models'],
      additionalProperties: false,
    }),
    type: ['object', 'array'],
  };
}

/** Describes a file for `--catalog`: a list of models, or an object with `models`. */
export function catalog(): JsonSchema {
  return besideTheList(
    describeInput({
      title: 'A catalog of modeldock',
      schema: catalogSchema,
      definitions,
      notes: { '': 'The models that can be downloaded in a simulation, in place of the built-in ones.', ...modelNotes },
    }),
  );
}
