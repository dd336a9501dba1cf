import * as z from 'zod/mini';

/** Text that is not empty. */
export const text = z.string().check(z.minLength(1));

/** A whole number between `least` and `most`, both included. */
export function whole(least = 0, most: number = Number.MAX_SAFE_INTEGER): z.ZodMiniType<number> {
  return z.int().check(z.minimum(least), z.maximum(most));
}

/** Years a clock may be off: what is further away has no date that could be written down. */
const MOST_OFFSET_MS = 100 * 366 * 86_400_000;

/** How far a clock is off, in ms, either way. */
export const clockOffset = whole(-MOST_OFFSET_MS, MOST_OFFSET_MS);

/** What may stand between `<` and the path in a header: letters only that need no escape there. */
const ORIGIN = /^https?:\/\/(?:[\w.-]+|\[[\da-f:.]+\])(?::\d+)?$/i;

/** Scheme, host and port of a server, without a path. */
export const webOrigin = z
  .string()
  .check(z.refine((value) => ORIGIN.test(value) && URL.canParse(value), 'an origin such as https://huggingface.co'));

/** An object without other keys, whose complaint about another key names those that there are. */
export function strictObject<Shape extends Readonly<Record<string, z.ZodMiniType>>>(
  shape: Shape,
): z.ZodMiniObject<Shape, z.core.$strict> {
  const keys = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? `no key but ${keys}` : undefined),
  });
}
