import * as z from 'zod/mini';

/* The inputs of routes that need an engine that really downloads. */

const bytesPerSecond = z.nullable(z.int().check(z.positive()));

export const moveBody = z.strictObject({ position: z.int().check(z.nonnegative()) });
export const limitBody = z.strictObject({ bytesPerSecond });
export const removeQuery = z.strictObject({
  force: z.optional(z.boolean()),
});
