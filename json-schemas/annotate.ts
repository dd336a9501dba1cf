/** A JSON Schema, or a part of one. */
export interface JsonSchema {
  [keyword: string]: unknown;
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema | boolean;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  const?: unknown;
  description?: string | undefined;
  type?: string | string[];
}

/** Says of a value what a validator does not need: its description, examples, its default. Other keywords are added too. */
export type Note = string | { description: string; examples?: readonly unknown[]; [keyword: string]: unknown };

/**
 * Notes by path. `steps[].ms` is a property of the items of `steps`; `<stall>` chooses the variant of that `type`. What has
 * a name in `$defs` begins with that name.
 */
export type Notes = Readonly<Record<string, Note>>;

/**
 * Adds notes to a schema: one for the whole, each property, each variant and each definition.
 * @throws Error naming the places without a note, and the notes without a place
 */
export function annotate(schema: JsonSchema, notes: Notes): JsonSchema {
  const missing: string[] = [];
  const unused = new Set(Object.keys(notes));
  const { $defs, ...root } = schema;
  const annotated = {
    ...walk(root, '', 'noted'),
    ...($defs && {
      $defs: Object.fromEntries(Object.entries($defs).map(([name, part]) => [name, walk(part, name, 'noted')])),
    }),
  };
  if (missing.length > 0) throw new Error(`Cannot annotate the schema: there is no note for ${missing.join(', ')}.`);
  if (unused.size > 0) throw new Error(`Cannot annotate the schema: there is no place for ${[...unused].join(', ')}.`);
  return annotated;

  function walk(part: JsonSchema, path: string, kind: 'noted' | 'may be noted' | 'alternative'): JsonSchema {
    const note = kind === 'alternative' ? undefined : notes[path];
    if (note === undefined && kind === 'noted') missing.push(path === '' ? 'the whole' : path);
    unused.delete(path);
    const { properties, items, anyOf, oneOf } = part;
    return {
      ...(typeof note === 'string' ? { description: note } : note),
      ...part,
      ...(properties && { properties: walkProperties(properties, path) }),
      ...(typeof items === 'object' && { items: walk(items, `${path}[]`, 'may be noted') }),
      ...(anyOf && { anyOf: anyOf.map((variant) => walkVariant(variant, path)) }),
      ...(oneOf && { oneOf: oneOf.map((variant) => walkVariant(variant, path)) }),
    };
  }

  function walkProperties(properties: Record<string, JsonSchema>, path: string): Record<string, JsonSchema> {
    return Object.fromEntries(
      Object.entries(properties).map(([key, part]) => {
        // The `type` of a variant says what the variant is.
        const isTag = key === 'type' && path.endsWith(`<${String(part.const)}>`);
        const place = path === '' ? key : `${path}.${key}`;
        return [key, isTag ? { description: descriptionOf(notes[path]), ...part } : walk(part, place, 'noted')];
      }),
    );
  }

  function walkVariant(variant: JsonSchema, path: string): JsonSchema {
    const type = variant.properties?.type?.const ?? nestedType(variant);
    const isTyped = typeof type === 'string' && !path.endsWith(`<${type}>`);
    // Alternatives without a type, or of one and the same, share the notes of what they are alternatives for.
    return isTyped ? walk(variant, `${path}<${type}>`, 'noted') : walk(variant, path, 'alternative');
  }
}

function descriptionOf(note: Note | undefined): string | undefined {
  return typeof note === 'string' ? note : note?.description;
}

function nestedType({ anyOf, oneOf }: JsonSchema): string | undefined {
  const types = new Set((anyOf ?? oneOf ?? []).map(({ properties }) => properties?.type?.const));
  const [type] = types;
  return types.size === 1 && typeof type === 'string' ? type : undefined;
}
