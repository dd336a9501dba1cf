import type * as z from 'zod/mini';
import { createDocument, type CreateDocumentOptions, type ZodOpenApiObject } from 'zod-openapi';
import { inferred } from '../../src/contract/inferred.js';
import { describePaths, unexpectedEndpoint } from './paths.js';
import { profiles, type Profile, type ProfileName } from '../../src/contract/profiles.js';
import * as answers from '../../src/contract/answers.js';
import * as bodies from '../../src/contract/bodies.js';

/** An OpenAPI 3.1 document, ready to be written as JSON. */
export type OpenApiDocument = ReturnType<typeof createDocument>;

/**
 * Describes the answers of a server with this profile, from the schemas of those answers.
 * @param version of the package that contains the document
 */
export function createOpenApiDocument(profileName: ProfileName, version: string): OpenApiDocument {
  const profile: Profile = profiles[profileName];
  return createDocument(
    {
      openapi: '3.1.1',
      info: {
        title: "LM Studio's model-download API, as modeldock serves it",
        version,
        description: describeApi(profileName, profile),
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: 'http://localhost:1234', description: 'The default port of LM Studio, and of modeldock.' }],
      tags: [
        { name: 'Downloads', description: 'Start a download, and poll it.' },
        { name: 'Models', description: 'Installed and loaded models.' },
        { name: 'Discovery', description: 'What clients call first.' },
        { name: 'Inference', description: 'Routes that run a model.' },
      ],
      // The empty one comes first: unless the server requires a token, calls need none, and any token is accepted.
      security: [{}, { apiToken: [] }],
      paths: describePaths(profile),
      components: {
        schemas: nameSchemas(profile),
        responses: { UnexpectedEndpoint: unexpectedEndpoint },
        securitySchemes: {
          apiToken: {
            type: 'http',
            scheme: 'bearer',
            description: 'Required only if the server was started with a token.',
          },
        },
      },
    } satisfies ZodOpenApiObject,
    { override: nameNumberFormats },
  );
}

function describeApi(profileName: ProfileName, { unknownRouteStatus }: Profile): string {
  const elsewhere =
    unknownRouteStatus === 404 ? 'and everywhere else too' : 'with **200** everywhere else, as LM Studio does';
  return [
    `The routes that modeldock serves in its profile \`${profileName}\`. It manages models, and never runs one.`,
    'Bodies under `/api/v1` are printed with two spaces. `HEAD` is answered as `GET`, without a body. Paths are read ' +
      'without regard to case and to one trailing slash.',
    'Every other path or method gets the response `UnexpectedEndpoint`, in which `error` is **text** and not an ' +
      `object: with 404 under \`/api/v1\`, ${elsewhere}.`,
    `A body of more than ${inferred.bodyLimitBytes.value} bytes is refused, decoded or not. It may come as gzip, deflate or br, and in UTF-16.`,
    'A "decision of modeldock" in a description means that LM Studio\'s behaviour is not known.',
  ].join('\n\n');
}

function nameSchemas({ countersInDownloadAnswer }: Profile): Record<string, z.ZodMiniType> {
  const { downloading, paused, completed, failed } = answers.releasedJobStates;
  return {
    DownloadRequest: bodies.downloadBody,
    ...(countersInDownloadAnswer
      ? { DownloadAnswer: answers.downloadAnswer }
      : {
          DownloadAnswer: answers.releasedDownloadAnswer,
          DownloadingWithoutCounters: downloading,
          PausedWithoutCounters: paused,
          CompletedWithoutCounters: completed,
          FailedWithoutCounters: failed,
        }),
    AlreadyDownloaded: answers.alreadyDownloaded,
    JobStatus: answers.jobStatus,
    Downloading: answers.jobStates.downloading,
    Paused: answers.jobStates.paused,
    Completed: answers.jobStates.completed,
    Failed: answers.jobStates.failed,
    ModelList: answers.modelList,
    Model: answers.modelEntry,
    LoadRequest: bodies.loadBody,
    LoadAnswer: answers.loadAnswer,
    LoadConfig: answers.loadConfig,
    UnloadRequest: bodies.unloadBody,
    UnloadAnswer: answers.unloadAnswer,
    OpenAiModelList: answers.openAiModelList,
    LegacyModelList: answers.legacyModelList,
    LegacyModel: answers.legacyModel,
    InferenceRequest: answers.inferenceBody,
    Greeting: answers.greeting,
    Problem: answers.problemAnswer,
    UnexpectedEndpoint: answers.unknownRouteAnswer,
  };
}

/** Sizes of models do not fit into 32 bits, which is what code generators assume for an integer without a format. */
export const nameNumberFormats: NonNullable<CreateDocumentOptions['override']> = ({ jsonSchema }) => {
  if (jsonSchema.type === 'integer') {
    jsonSchema.format = 'int64';
    if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  } else if (jsonSchema.type === 'number') {
    jsonSchema.format = 'double';
  }
};
