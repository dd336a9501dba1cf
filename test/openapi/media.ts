import type { OpenApiDocument } from '../../openapi/lm-studio/document.js';
import { responsesOf } from './judge.js';

export interface Media {
  examples?: Record<string, { value: unknown }>;
}

type Operations = Record<string, { requestBody?: { content?: unknown } }>;

/** Everything that has a schema and examples: the bodies of requests and of answers. */
export function* mediaOf(document: OpenApiDocument) {
  for (const { pointer, node } of responsesOf(document)) {
    if ('content' in node) yield describeMedia(pointer, node);
  }
  for (const [name, node] of Object.entries(document.components?.responses ?? {})) {
    if ('content' in node) yield describeMedia(`#/components/responses/${name}`, node);
  }
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    for (const [method, { requestBody }] of Object.entries(item as Operations)) {
      if (requestBody) yield describeMedia(`#/paths/${path.replaceAll('/', '~1')}/${method}/requestBody`, requestBody);
    }
  }
}

function describeMedia(pointer: string, node: { content?: unknown }) {
  const [[type, { examples = {} }]] = Object.entries(node.content as Record<string, Media>) as [[string, Media]];
  return {
    pointer: `${pointer}/content/${type.replaceAll('/', '~1')}`,
    examples: Object.entries(examples).map(([name, { value }]) => [name, value] as const),
  };
}

export function* examplesInSchemas(node: unknown, pointer: string): Generator<{ pointer: string; value: unknown }> {
  if (typeof node !== 'object' || node === null) return;
  for (const [key, child] of Object.entries(node)) {
    if (key === 'examples' && Array.isArray(child)) {
      for (const value of child as unknown[]) yield { pointer, value };
    } else {
      yield* examplesInSchemas(child, `${pointer}/${key}`);
    }
  }
}

/** The schemas and responses that nothing in the document refers to. */
export function unusedComponents(document: OpenApiDocument): string[] {
  const text = JSON.stringify(document);
  return Object.entries(document.components ?? {})
    .filter(([kind]) => kind === 'schemas' || kind === 'responses')
    .flatMap(([kind, components]) => Object.keys(components as object).map((name) => `#/components/${kind}/${name}`))
    .filter((name) => !text.includes(`"$ref":"${name}"`));
}
