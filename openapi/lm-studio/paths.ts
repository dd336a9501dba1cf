import * as z from 'zod/mini';
import type { ZodOpenApiPathsObject, ZodOpenApiResponseObject } from 'zod-openapi';
import { answerExamples, bodyExamples } from './examples.js';
import type { Examples } from './recorded-examples.js';
import type { Profile } from '../../src/contract/profiles.js';
import * as answers from '../../src/contract/answers.js';
import * as bodies from '../../src/contract/bodies.js';

/** Describes the documented routes, with every answer that each of them can give. */
export function describePaths(profile: Profile): ZodOpenApiPathsObject {
  return { ...downloadPaths(profile), ...modelPaths, ...discoveryPaths, ...legacyPaths, ...inferencePaths() };
}

/** The answer to undocumented paths and methods; no operation can refer to it. */
export const unexpectedEndpoint: ZodOpenApiResponseObject = {
  description: 'There is no such route. `error` is text here.',
  content: {
    'application/json': {
      schema: answers.unknownRouteAnswer,
      examples: {
        unexpected: {
          summary: 'A path of an early draft',
          value: { error: 'Unexpected endpoint or method. (GET /api/v1/models/download-status)' },
        },
      },
    },
  },
};

const unauthorized = name(
  'Unauthorized',
  fails('A token is required, and the call has none or a wrong one.', answerExamples('get /api/v1/models', 401)),
);
const tooLarge = name(
  'TooLarge',
  fails(
    'The body is too large. The limit is a decision of modeldock.',
    answerExamples('post /api/v1/models/download', 413),
  ),
);
const unsupportedMediaType = name(
  'UnsupportedMediaType',
  fails(
    'The body is not sent as application/json, or is in an unsupported coding.',
    answerExamples('post /api/v1/models/download', 415),
  ),
);
const internalError = name(
  'InternalError',
  fails('A defect of the server.', answerExamples('get /api/v1/models', 500)),
);
export const notModified = name('NotModified', {
  description: 'Over HTTP: the body is still the one with the `ETag` in `If-None-Match`.',
});

const problemsOfAll = { '401': unauthorized, '500': internalError };
const problemsOfBodies = { '413': tooLarge, '415': unsupportedMediaType, ...problemsOfAll };

function downloadPaths({ countersInDownloadAnswer: counters }: Profile): ZodOpenApiPathsObject {
  return {
    '/api/v1/models/download': {
      post: {
        operationId: 'downloadModel',
        tags: ['Downloads'],
        summary: 'Download a model',
        description:
          'Starts a job, or returns the running one for the same model, in its present state. After a failed ' +
          `job a new one continues from the bytes that it has left.${counters ? '' : ' The status has the counters.'}`,
        requestBody: {
          required: true,
          content: {
            'application/json': { schema: bodies.downloadBody, examples: bodyExamples('post /api/v1/models/download') },
          },
        },
        responses: {
          '200': gives(
            'The state of the job; or only `already_downloaded`.',
            counters ? answers.downloadAnswer : answers.releasedDownloadAnswer,
            answerExamples('post /api/v1/models/download', 200, counters),
          ),
          '400': fails(
            'The body cannot be read, or does not name a model.',
            answerExamples('post /api/v1/models/download', 400),
          ),
          '403': fails(
            'The repo is gated, and there is no token for it. A decision of modeldock.',
            answerExamples('post /api/v1/models/download', 403),
          ),
          '404': fails(
            'There is no such model, or the repo has no file that LM Studio can run.',
            answerExamples('post /api/v1/models/download', 404),
          ),
          '501': fails(
            'A catalog identifier was sent with a quantization. The status is a decision of modeldock.',
            answerExamples('post /api/v1/models/download', 501),
          ),
          '503': {
            ...fails(
              'The hub does not answer. A decision of modeldock.',
              answerExamples('post /api/v1/models/download', 503),
            ),
            headers: z.object({ 'Retry-After': retryAfter }),
          },
          ...problemsOfBodies,
        },
      },
    },
    '/api/v1/models/download/status/{job_id}': {
      get: {
        operationId: 'getDownloadStatus',
        tags: ['Downloads'],
        summary: 'Get the status of a download',
        description: 'While the checksum is computed, a job is still `downloading`, with all its bytes.',
        requestParams: { path: z.object({ job_id: jobId }) },
        responses: {
          '200': gives(
            'The state of the job.',
            answers.jobStatus,
            answerExamples('get /api/v1/models/download/status/{job_id}', 200),
          ),
          '304': notModified,
          '404': fails('There is no such job.', answerExamples('get /api/v1/models/download/status/{job_id}', 404)),
          ...problemsOfAll,
        },
      },
    },
  };
}

const jobId = z.string().check(
  z.meta({
    description: 'As in the answer that started the download.',
    examples: ['job_493c7c9ded'],
  }),
);
const modelKey = z
  .string()
  .check(z.meta({ description: 'As in the list of models.', examples: ['ibm/granite-4-micro'] }));
const retryAfter = z.optional(
  z.int().check(z.nonnegative(), z.meta({ description: 'Seconds until the next attempt.' })),
);

const modelPaths: ZodOpenApiPathsObject = {
  '/api/v1/models': {
    get: {
      operationId: 'listModels',
      tags: ['Models'],
      summary: 'List the installed models',
      description: 'One entry per key. A download that completes appears here.',
      responses: {
        '200': gives(
          'Every model, with its loaded instances.',
          answers.modelList,
          answerExamples('get /api/v1/models', 200),
        ),
        '304': notModified,
        ...problemsOfAll,
      },
    },
  },
  '/api/v1/models/load': {
    post: {
      operationId: 'loadModel',
      tags: ['Models'],
      summary: 'Load a model',
      description: 'Each call loads one more instance: the second of a model is called `<key>:2`. Nothing is run.',
      requestBody: {
        required: true,
        content: {
          'application/json': { schema: bodies.loadBody, examples: bodyExamples('post /api/v1/models/load') },
        },
      },
      responses: {
        '200': gives('The instance.', answers.loadAnswer, answerExamples('post /api/v1/models/load', 200)),
        '400': fails('The body cannot be read.', answerExamples('post /api/v1/models/load', 400)),
        '404': fails('There is no such model on disk.', answerExamples('post /api/v1/models/load', 404)),
        ...problemsOfBodies,
      },
    },
  },
  '/api/v1/models/unload': {
    post: {
      operationId: 'unloadModel',
      tags: ['Models'],
      summary: 'Unload an instance',
      description: 'Other instances of the same model stay.',
      requestBody: {
        required: true,
        content: {
          'application/json': { schema: bodies.unloadBody, examples: bodyExamples('post /api/v1/models/unload') },
        },
      },
      responses: {
        '200': gives(
          'The instance that was unloaded.',
          answers.unloadAnswer,
          answerExamples('post /api/v1/models/unload', 200),
        ),
        '400': fails('The body cannot be read.', answerExamples('post /api/v1/models/unload', 400)),
        '404': fails('There is no such instance.', answerExamples('post /api/v1/models/unload', 404)),
        ...problemsOfBodies,
      },
    },
  },
};

const discoveryPaths: ZodOpenApiPathsObject = {
  '/v1/models': {
    get: {
      operationId: 'listModelsForOpenAiClients',
      tags: ['Discovery'],
      summary: "List the installed models, in OpenAI's format",
      description: 'Some clients call this first, to see whether a server answers.',
      responses: {
        '200': gives('Every model.', answers.openAiModelList, answerExamples('get /v1/models', 200)),
        '304': notModified,
        ...problemsOfAll,
      },
    },
  },
  '/lmstudio-greeting': {
    get: {
      operationId: 'greet',
      tags: ['Discovery'],
      summary: 'Identify the server as LM Studio',
      description: 'The `lms` command and the SDK call this first.',
      responses: {
        '200': gives('It is.', answers.greeting, answerExamples('get /lmstudio-greeting', 200)),
        '304': notModified,
      },
    },
  },
};

const legacyPaths: ZodOpenApiPathsObject = {
  '/api/v0/models': {
    get: {
      operationId: 'listModelsForLegacyClients',
      tags: ['Discovery'],
      summary: 'List the installed models, as in the older REST API',
      description: 'Released 0.4 servers still have it.',
      responses: {
        '200': gives('Every model.', answers.legacyModelList, answerExamples('get /api/v0/models', 200)),
        '304': notModified,
        ...problemsOfAll,
      },
    },
  },
  '/api/v0/models/{model}': {
    get: {
      operationId: 'getModelForLegacyClients',
      tags: ['Discovery'],
      summary: 'Get one model, as in the older REST API',
      description: 'The slash in the key of a catalog model need not be escaped.',
      requestParams: { path: z.object({ model: modelKey }) },
      responses: {
        '200': gives('The model.', answers.legacyModel, answerExamples('get /api/v0/models/{model}', 200)),
        '304': notModified,
        '404': fails('There is no such model on disk.', answerExamples('get /api/v0/models/{model}', 404)),
        ...problemsOfAll,
      },
    },
  },
};

/** The inference routes, each with its operation. */
const inferenceOperations = {
  '/v1/chat/completions': 'createChatCompletion',
  '/v1/completions': 'createCompletion',
  '/v1/responses': 'createResponse',
  '/v1/embeddings': 'createEmbeddings',
  '/v1/messages': 'createMessage',
  '/api/v1/chat': 'chat',
  '/api/v0/chat/completions': 'createLegacyChatCompletion',
  '/api/v0/completions': 'createLegacyCompletion',
  '/api/v0/embeddings': 'createLegacyEmbeddings',
};

const notImitated = name('NotImitated', fails('No model runs here.', answerExamples('post /v1/chat/completions', 501)));

function inferencePaths(): ZodOpenApiPathsObject {
  return Object.fromEntries(
    Object.entries(inferenceOperations).map(([path, operationId]) => [
      path,
      {
        post: {
          operationId,
          tags: ['Inference'],
          summary: `Run a model (${path})`,
          description:
            'modeldock runs no models. If it was started with `--inference`, the answer is that of the server behind it, ' +
            'or a canned text.',
          requestBody: {
            required: true,
            content: { 'application/json': { schema: answers.inferenceBody, examples: bodyExamples(`post ${path}`) } },
          },
          responses: {
            '401': unauthorized,
            '501': notImitated,
          },
        },
      },
    ]),
  );
}

function gives(description: string, schema: z.ZodMiniType, examples: Examples): ZodOpenApiResponseObject {
  return { description, content: { 'application/json': { schema, examples } } };
}

function fails(description: string, examples: Examples): ZodOpenApiResponseObject {
  return gives(description, answers.problemAnswer, examples);
}

/** Turns an answer that several routes give into a component. */
export function name(id: string, response: ZodOpenApiResponseObject): ZodOpenApiResponseObject {
  return { ...response, id };
}
