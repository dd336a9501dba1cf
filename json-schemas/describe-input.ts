import * as z from 'zod/mini';
import { annotate, type JsonSchema, type Notes } from './annotate.js';

/** A kind of file: the schema that checks it, and what people read about it. */
export interface Described {
  title: string;
  schema: z.ZodMiniType;
  /** The parts with a name of their own in `$defs`. */
  definitions?: Readonly<Record<string, z.ZodMiniType>>;
  notes: Notes;
}

/** A line that every object may have, and that is left out before the schema sees it. */
const schemaLine: JsonSchema = {
  type: 'string',
  description: 'Where an editor finds this JSON Schema, for instance "./node_modules/modeldock/dist/schemas/….json".',
};

/** Makes the JSON Schema (draft 2020-12) of what a zod schema accepts. */
export function describeInput({ title, schema, definitions = {}, notes }: Described): JsonSchema {
  const names = z.registry<{ id: string }>();
  for (const [id, part] of Object.entries(definitions)) names.add(part, { id });
  const { $schema, ...made } = z.toJSONSchema(schema, { io: 'input', metadata: names }) as JsonSchema;
  return { $schema, title, ...annotate(made, notes) };
}

/** Lets an object begin with the line `"$schema"`. */
export function withSchemaLine(schema: JsonSchema): JsonSchema {
  return schema.properties ? { ...schema, properties: { $schema: schemaLine, ...schema.properties } } : schema;
}
