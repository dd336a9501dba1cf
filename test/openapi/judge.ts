import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { createOpenApiDocument, type OpenApiDocument } from '../../openapi/lm-studio/document.js';
import type { ProfileName } from '../../src/contract/profiles.js';
import { createControlOpenApiDocument } from '../../openapi/control/document.js';
import type { Reply } from './walk.js';

/** Judges bodies by the schemas of one document. */
export interface Judge {
  /** What is wrong with what came back for a step; empty when nothing is. */
  blame(exchange: { step: { title: string; route: { method: string; path: string } }; reply: Reply }): string[];
  /** What is wrong with a value, by a JSON pointer to a schema of the document. */
  blameValue(pointer: string, value: unknown): string[];
}

type Node = Record<string, unknown>;

/** The document as it is published: what JSON cannot say is gone. */
export function publish(profile: ProfileName): OpenApiDocument {
  return JSON.parse(JSON.stringify(createOpenApiDocument(profile, '0.0.0-test'))) as OpenApiDocument;
}

export function publishControl(): OpenApiDocument {
  return JSON.parse(JSON.stringify(createControlOpenApiDocument('0.0.0-test'))) as OpenApiDocument;
}

export function createJudge(document: OpenApiDocument): Judge {
  // `allowUnionTypes`: "text or null" is spelled as a list of types in OpenAPI 3.1.
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true });
  addFormats.default(ajv);
  // What OpenAPI adds to JSON Schema says nothing about a value: of oneOf and its discriminator, oneOf does.
  ajv.addVocabulary([...Object.keys(document), 'discriminator']);
  ajv.addSchema(document, 'openapi');

  const judge: Judge = {
    blame: ({ step, reply }) => {
      const where = `${step.title}: ${reply.status}`;
      const response = findResponse(document, step.route, reply.status);
      if (!response) return [`${where} is not documented for ${step.route.method} ${step.route.path}`];
      if (!('content' in response.node)) return reply.text === '' ? [] : [`${where} has a body`];
      const type = reply.headers.get('content-type') ?? 'nothing';
      const [media] = Object.keys(response.node.content as object) as [string];
      if (!type.startsWith(media)) return [`${where} is sent as ${type}`];
      const body: unknown = media === 'application/json' ? JSON.parse(reply.text) : reply.text;
      return judge
        .blameValue(`${response.pointer}/content/${media.replaceAll('/', '~1')}/schema`, body)
        .map((error) => `${where}: ${error}`);
    },
    blameValue: (pointer, value) => {
      const validate = compile(pointer);
      return validate(value)
        ? []
        : validate.errors!.map((error) => `${error.instancePath} ${error.message}`).concat(JSON.stringify(value));
    },
  };
  return judge;

  function compile(pointer: string): ValidateFunction {
    return ajv.getSchema(`openapi${pointer}`) ?? fail(`There is no schema at ${pointer}.`);
  }
}

/** The response that a status has in an operation, its reference followed. */
export function findResponse(
  document: OpenApiDocument,
  { method, path }: { method: string; path: string },
  status: number | string,
): { pointer: string; node: Node } | undefined {
  const pointer = `#/paths/${path.replaceAll('/', '~1')}/${method}/responses/${status}`;
  const node = follow(document, pointer);
  const reference = node?.$ref;
  if (typeof reference !== 'string') return node && { pointer, node };
  return { pointer: reference, node: follow(document, reference) ?? fail(`There is nothing at ${reference}.`) };
}

function follow(document: OpenApiDocument, pointer: string): Node | undefined {
  let node: unknown = document;
  for (const part of pointer.split('/').slice(1)) {
    node = (node as Node | undefined)?.[part.replaceAll('~1', '/').replaceAll('~0', '~')];
  }
  return node as Node | undefined;
}

/** Every response of every operation. */
export function* responsesOf(document: OpenApiDocument) {
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    const { parameters: _, ...operations } = item as Record<string, { responses: Node }>;
    for (const [method, operation] of Object.entries(operations)) {
      for (const status of Object.keys(operation.responses)) {
        const response = findResponse(document, { method, path }, status)!;
        yield { name: `${method} ${path} ${status}`, ...response };
      }
    }
  }
}

function fail(message: string): never {
  throw new Error(message);
}
