/** Leaves out `"$schema"`, by which editors find the JSON Schema of a file; it says nothing about the file's content. */
export function withoutSchemaLine(input: unknown): unknown {
  if (typeof input !== 'object' || typeof (input as { $schema?: unknown } | null)?.$schema !== 'string') return input;
  const { $schema: _, ...rest } = input as { $schema: string };
  return rest;
}
