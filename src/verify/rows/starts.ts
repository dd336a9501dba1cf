import { inferred } from '../../contract/inferred.js';
import { FILE_LINK, NO_MODEL, OTHER_HOST_LINK, start } from '../requests.js';
import type { ProbeRow } from '../row.js';

const wrongType = start({ model: 7 });
const noModel = start({ model: NO_MODEL });
const textBody = start({ model: NO_MODEL }, { headers: { 'Content-Type': 'text/plain' } });
const quantized = start({ model: NO_MODEL, quantization: 'Q4_K_M' });

/** Starts that are refused. */
export const startRows: readonly ProbeRow[] = [
  {
    id: 'missing-model',
    source: 'observed',
    sentence: 'A start without a model is a 400 that names the missing field.',
    call: start({}),
    expects: {
      status: 400,
      json: {
        error: {
          type: 'invalid_request',
          message: "Missing required field 'model'",
          code: 'missing_required_parameter',
          param: 'model',
        },
      },
    },
  },
  {
    id: 'errors-are-pretty',
    source: 'observed',
    sentence: 'Error objects are indented by two spaces.',
    call: start({}),
    expects: { pretty: true },
  },
  {
    id: 'wrong-model-type',
    source: 'inferred',
    settles: ['wrongTypeCode'],
    sentence: 'A model that is no text is a 400 with the code invalid_type.',
    call: wrongType,
    expects: {
      status: 400,
      error: { type: 'invalid_request', code: inferred.wrongTypeCode.value, param: 'model' },
    },
  },
  {
    id: 'wrong-model-type-message',
    source: 'inferred',
    settles: ['wrongTypeMessage'],
    sentence: 'The error about a field of the wrong type says what was expected, and what was found.',
    call: wrongType,
    expects: { error: { message: inferred.wrongTypeMessage.value('model', 'string', 'number') } },
  },
  {
    id: 'unknown-key',
    source: 'inferred',
    settles: ['unknownKeyCode'],
    sentence: 'An unknown key in the body of a start is a 400 that names it.',
    call: start({ model: NO_MODEL, revision: 'main' }),
    expects: {
      status: 400,
      json: {
        error: {
          type: 'invalid_request',
          message: "Unrecognized key(s) in object: 'revision'",
          code: inferred.unknownKeyCode.value,
        },
      },
    },
  },
  {
    id: 'empty-model',
    source: 'observed',
    sentence: 'An empty model is a 400: its name must be in kebab-case.',
    call: start({ model: '' }),
    expects: {
      status: 400,
      json: { error: { type: 'invalid_request', message: 'Invalid artifact name. Must be in kebab-case' } },
    },
  },
  {
    id: 'malformed-name',
    source: 'inferred',
    settles: ['malformedNameMessage'],
    sentence: 'A name that is neither a link nor owner/name in kebab-case is refused in the same words.',
    call: start({ model: 'No Such Model' }),
    expects: {
      status: 400,
      json: { error: { type: 'invalid_request', message: inferred.malformedNameMessage.value } },
    },
  },
  {
    id: 'community-name',
    source: 'observed',
    sentence: 'A community model by its name is a 400 that asks for its link.',
    call: start({ model: 'lmstudio-community/no-such-model-GGUF' }),
    expects: {
      status: 400,
      json: {
        error: {
          type: 'invalid_request',
          message:
            'Downloading community models as artifacts is not supported. Please use the HuggingFace model URL instead.',
        },
      },
    },
  },
  {
    id: 'link-to-file',
    source: 'observed',
    sentence: 'A link to a file is a 400 with the code invalid_arguments.',
    call: start({ model: FILE_LINK }),
    expects: {
      status: 400,
      json: {
        error: {
          type: 'invalid_request',
          message: 'Invalid HuggingFace model URL format',
          code: 'invalid_arguments',
        },
      },
    },
  },
  {
    id: 'link-to-another-host',
    source: 'inferred',
    settles: ['malformedLinkMessage'],
    sentence: 'A link to another host than huggingface.co is refused in the same words.',
    call: start({ model: OTHER_HOST_LINK }),
    expects: {
      status: 400,
      json: {
        error: {
          type: 'invalid_request',
          message: inferred.malformedLinkMessage.value,
          code: 'invalid_arguments',
        },
      },
    },
  },
  {
    id: 'unknown-model',
    source: 'observed',
    sentence: 'A catalog id that does not exist is a 404 of the type model_not_found.',
    call: noModel,
    expects: { status: 404, error: { type: 'model_not_found' } },
  },
  {
    id: 'unknown-model-message',
    source: 'inferred',
    settles: ['unknownModelMessage'],
    sentence: 'The error about an unknown catalog id says that the catalog does not have it.',
    call: noModel,
    // An engine that really downloads adds what to do about it.
    expects: { error: { message: startingWith(inferred.unknownModelMessage.value(NO_MODEL)) } },
  },
  {
    id: 'catalog-quantization',
    source: 'observed',
    settles: ['catalogModelsHaveNoQuantization'],
    sentence: 'A quantization with a catalog id is not implemented.',
    call: quantized,
    expects: {
      error: {
        type: 'not_implemented',
        message:
          'Specifying quantizations for downloading models with LM Studio Model Catalog identifiers is coming soon',
      },
    },
  },
  {
    id: 'catalog-quantization-status',
    source: 'inferred',
    settles: ['catalogQuantizationStatus'],
    sentence: 'The refusal of a quantization with a catalog id has the status 501.',
    call: quantized,
    expects: { status: inferred.catalogQuantizationStatus.value },
  },
  {
    id: 'wrong-content-type',
    source: 'observed',
    sentence: 'A body of another content type is a 415.',
    call: textBody,
    expects: { status: 415, error: { type: 'invalid_request' } },
  },
  {
    id: 'wrong-content-type-message',
    source: 'inferred',
    settles: ['unsupportedMediaTypeMessage'],
    sentence: 'The error about a content type names it, and asks for JSON.',
    call: textBody,
    expects: { error: { message: inferred.unsupportedMediaTypeMessage.value('text/plain') } },
  },
  {
    id: 'no-content-type',
    source: 'observed',
    sentence: 'A body without a content type is a 415.',
    call: start({ model: NO_MODEL }, { headers: {} }),
    expects: { status: 415, error: { type: 'invalid_request' } },
  },
];

function startingWith(text: string): RegExp {
  return new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')}(?:\\.|$)`);
}
